namespace Microsoft.ML.Similarity.Neighbors;

/// <summary>Predicts a number by the numbers of the nearest reference rows.</summary>
/// <remarks>
/// See <see cref="KNearestNeighborsRegressionTrainer"/> for the columns and for what it costs. What
/// <see cref="KNearestNeighborsRegressionTrainer.Fit"/> returned also remembers which rows of the view it was fitted on are its
/// reference rows: 16 bytes a row, never saved. A transformer loaded, or made by <see cref="AddRows"/>, does not.
/// </remarks>
public class KNearestNeighborsRegressionTransformer : NeighborTransformer
{
    internal const string Signature = "SIMKNNRG";

    internal KNearestNeighborsRegressionTransformer(NeighborModel model)
        : base(model, Signature)
    {
    }

    /// <summary>A transformer whose reference rows are these followed by others; this one stays as it is.</summary>
    /// <remarks>Nothing is trained, and the reference rows are shared, not copied.</remarks>
    /// <param name="rows">Rows with the feature column, the label column and, where there is one, the row id column. Rows
    /// without a label are left out.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing, or of another type or dimension.</exception>
    /// <exception cref="InvalidOperationException">A feature is NaN or infinite, a label is infinite, or no row has a label.</exception>
    public KNearestNeighborsRegressionTransformer AddRows(IDataView rows) => new(Model.AddRows(rows));
}
