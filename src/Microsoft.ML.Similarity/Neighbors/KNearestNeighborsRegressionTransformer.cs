namespace Microsoft.ML.Similarity.Neighbors;

/// <summary>Predicts a number by the numbers of the nearest reference rows.</summary>
/// <remarks>
/// See <see cref="KNearestNeighborsRegressionTrainer"/> for the columns and for what it costs. What
/// <see cref="KNearestNeighborsRegressionTrainer.Fit"/> returned also remembers which rows of the view it was fitted on are its
/// reference rows: 16 bytes a row, never saved. A transformer loaded, or made by the methods of this one, does not.
/// </remarks>
public class KNearestNeighborsRegressionTransformer : NeighborTransformer
{
    internal const string Signature = "SIMKNNRG";

    internal KNearestNeighborsRegressionTransformer(NeighborModel model)
        : base(model, Signature)
    {
    }

    /// <summary>A transformer whose reference rows are these followed by others; this one stays as it is.</summary>
    /// <remarks>
    /// Nothing is trained, and the reference rows are shared, not copied. Searches compare each row added, until there are so many
    /// (1,024 or, where that is more, a 32nd of the rows) that the index is built anew.
    /// </remarks>
    /// <param name="rows">Rows with the feature column, the label column and, where there is one, the row id column. Rows
    /// without a label are left out.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing, or of another type or dimension.</exception>
    /// <exception cref="InvalidOperationException">A feature is NaN or infinite, a label is infinite, or no row has a label.</exception>
    public KNearestNeighborsRegressionTransformer AddRows(IDataView rows) => new(Model.AddRows(rows));

    /// <summary>A transformer without the reference rows whose ids are given; this one stays as it is.</summary>
    /// <remarks>
    /// The rows that stay are shared, not copied, until a quarter of those of the last build were removed, and at least 1,024: the index is
    /// built anew then. Saved models hold no vectors of removed rows, and of their columns only
    /// the ids and classes that occurred.
    /// </remarks>
    /// <param name="rows">Rows with the row id column, which <see cref="NeighborOptions.RowIdColumnName"/> named in Fit; ids that no reference
    /// row has, and missing ones, are ignored.</param>
    /// <exception cref="ArgumentOutOfRangeException">The row id column is missing, or its ids are of another kind.</exception>
    /// <exception cref="InvalidOperationException">The reference rows have no ids, or none would be left.</exception>
    public KNearestNeighborsRegressionTransformer RemoveRows(IDataView rows) => new(Model.RemoveRows(rows));
}
