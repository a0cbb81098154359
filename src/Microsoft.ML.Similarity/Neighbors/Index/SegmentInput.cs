namespace Microsoft.ML.Similarity.Neighbors.Index;

/// <summary>What a segment is made of, in any order.</summary>
/// <param name="Dimension">Of the vectors.</param>
/// <param name="Scaling">What the vectors are prepared with.</param>
/// <param name="Ids">A different one for each row.</param>
/// <param name="Payload">Columns with a value for each row.</param>
/// <param name="Write">Writes a row's prepared vector.</param>
internal sealed record SegmentInput<TId>(
    int Dimension, RowScaling Scaling, TId[] Ids, IReadOnlyList<PayloadColumn> Payload, SegmentInput<TId>.Writer Write)
    where TId : notnull
{
    /// <param name="row">Which.</param>
    /// <param name="prepared">Zeroed room for a padded vector.</param>
    /// <returns>False where the vector has no direction and the metric asks for one.</returns>
    public unsafe delegate bool Writer(int row, float* prepared);
}
