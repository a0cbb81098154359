namespace Microsoft.ML.Similarity.Neighbors;

/// <summary>Classifies rows by the classes of their nearest reference rows.</summary>
/// <remarks>
/// See <see cref="KNearestNeighborsMulticlassTrainer"/> for the columns and for what it costs. What
/// <see cref="KNearestNeighborsMulticlassTrainer.Fit"/> returned also remembers which rows of the view it was fitted on are its
/// reference rows: 16 bytes a row, never saved. A transformer loaded, or made by <see cref="AddRows"/>, does not.
/// </remarks>
public class KNearestNeighborsMulticlassTransformer : NeighborTransformer
{
    internal const string Signature = "SIMKNNMC";

    internal KNearestNeighborsMulticlassTransformer(NeighborModel model)
        : base(model, Signature)
    {
    }

    /// <summary>A transformer whose reference rows are these followed by others; this one stays as it is.</summary>
    /// <remarks>
    /// Nothing is trained, and the reference rows are shared, not copied. Classes not seen before are appended after those
    /// known, which keep their numbers; key labels are matched by their values, never by their numbers.
    /// </remarks>
    /// <param name="rows">Rows with the feature column, the label column and, where there is one, the row id column. Rows
    /// without a label are left out.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing, or of another type or dimension.</exception>
    /// <exception cref="InvalidOperationException">A feature is NaN or infinite, or no row has a label.</exception>
    public KNearestNeighborsMulticlassTransformer AddRows(IDataView rows) => new(Model.AddRows(rows));
}
