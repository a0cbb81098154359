namespace Microsoft.ML.Similarity.Neighbors;

/// <summary>Adds the nearest reference rows of each row: their numbers, distances and columns.</summary>
/// <remarks>
/// See <see cref="NearestNeighborsEstimator"/> for the columns and for what it costs. What
/// <see cref="NearestNeighborsEstimator.Fit"/> returned also remembers which rows of the view it was fitted on are its
/// reference rows: 16 bytes a row, never saved. A transformer loaded, or made by <see cref="AddRows"/>, does not.
/// </remarks>
public class NearestNeighborsTransformer : NeighborTransformer
{
    internal const string Signature = "SIMKNNTR";

    internal NearestNeighborsTransformer(NeighborModel model)
        : base(model, Signature)
    {
    }

    /// <summary>A transformer whose reference rows are these followed by others; this one stays as it is.</summary>
    /// <remarks>
    /// The reference rows are shared, not copied, and keep their numbers; those added are numbered after them. Keys are matched
    /// by their values, never by their numbers; values not seen before are appended.
    /// </remarks>
    /// <param name="rows">Rows with the feature column, the columns given back and, where there is one, the row id column.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing, or of another type or dimension.</exception>
    /// <exception cref="InvalidOperationException">A feature is NaN or infinite, or there are no rows.</exception>
    public NearestNeighborsTransformer AddRows(IDataView rows) => new(Model.AddRows(rows));
}
