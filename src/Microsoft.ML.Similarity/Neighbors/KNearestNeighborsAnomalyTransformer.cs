namespace Microsoft.ML.Similarity.Neighbors;

/// <summary>Scores how far rows lie from their nearest reference rows, and tells those that lie too far.</summary>
/// <remarks>
/// See <see cref="KNearestNeighborsAnomalyTrainer"/> for the columns and for what it costs. What
/// <see cref="KNearestNeighborsAnomalyTrainer.Fit"/> returned also remembers which rows of the view it was fitted on are its
/// reference rows: 16 bytes a row, never saved. A transformer loaded, or made by the methods of this one or by
/// <see cref="AnomalyNeighborsExtensions.ChangeModelThreshold"/>, does not.
/// </remarks>
public class KNearestNeighborsAnomalyTransformer : NeighborTransformer
{
    internal const string Signature = "SIMKNNAD";

    internal KNearestNeighborsAnomalyTransformer(NeighborModel model)
        : base(model, Signature)
    {
    }

    /// <summary>Rows with a Score above it are anomalies.</summary>
    public float Threshold => ((AnomalyOutput)Model.Output).Threshold;

    /// <summary>A transformer whose reference rows are these followed by others; this one stays as it is.</summary>
    /// <remarks>
    /// The reference rows are shared, not copied. The threshold stays: fit again to find one for all rows. Searches compare each row added,
    /// until there are so many (1,024 or, where that is more, a 32nd of the rows) that the index is built anew.
    /// </remarks>
    /// <param name="rows">Rows with the feature column and, where there is one, the row id column.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing, or of another type or dimension.</exception>
    /// <exception cref="InvalidOperationException">A feature is NaN or infinite, or there are no rows.</exception>
    public KNearestNeighborsAnomalyTransformer AddRows(IDataView rows) => new(Model.AddRows(rows));

    /// <summary>A transformer without the reference rows whose ids are given; this one stays as it is.</summary>
    /// <remarks>
    /// The rows that stay are shared, not copied, until a quarter of those of the last build were removed, and at least 1,024: the index is
    /// built anew then. Saved models hold no vectors of removed rows, and only the ids that occurred. The
    /// threshold stays.
    /// </remarks>
    /// <param name="rows">Rows with the row id column, which <see cref="NeighborOptions.RowIdColumnName"/> named in Fit; ids that no reference
    /// row has, and missing ones, are ignored.</param>
    /// <exception cref="ArgumentOutOfRangeException">The row id column is missing, or its ids are of another kind.</exception>
    /// <exception cref="InvalidOperationException">The reference rows have no ids, or none would be left.</exception>
    public KNearestNeighborsAnomalyTransformer RemoveRows(IDataView rows) => new(Model.RemoveRows(rows));
}
