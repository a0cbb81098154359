namespace Microsoft.ML.Similarity.Neighbors;

/// <summary>Adds the nearest reference rows of each row: their numbers, distances and columns.</summary>
/// <remarks>
/// See <see cref="NearestNeighborsEstimator"/> for the columns and for what it costs. What
/// <see cref="NearestNeighborsEstimator.Fit"/> returned also remembers which rows of the view it was fitted on are its
/// reference rows: 16 bytes a row, never saved. A transformer loaded, or made by the methods of this one, does not.
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
    /// by their values, never by their numbers; values not seen before are appended. Searches compare each row added, until there are so many
    /// (1,024 or, where that is more, a 32nd of the rows) that the index is built anew.
    /// </remarks>
    /// <param name="rows">Rows with the feature column, the columns given back and, where there is one, the row id column.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing, or of another type or dimension.</exception>
    /// <exception cref="InvalidOperationException">A feature is NaN or infinite, or there are no rows.</exception>
    public NearestNeighborsTransformer AddRows(IDataView rows) => new(Model.AddRows(rows));

    /// <summary>A transformer without the reference rows whose ids are given; this one stays as it is.</summary>
    /// <remarks>
    /// The rows that stay are shared, not copied, until a quarter of those of the last build were removed, and at least 1,024: the index is
    /// built anew then. Saved models hold no vectors of removed rows, and of their columns only
    /// the ids and classes that occurred. Numbers of rows are not used again.
    /// </remarks>
    /// <param name="rows">Rows with the row id column, which <see cref="NeighborOptions.RowIdColumnName"/> named in Fit; ids that no reference
    /// row has, and missing ones, are ignored.</param>
    /// <exception cref="ArgumentOutOfRangeException">The row id column is missing, or its ids are of another kind.</exception>
    /// <exception cref="InvalidOperationException">The reference rows have no ids, or none would be left.</exception>
    public NearestNeighborsTransformer RemoveRows(IDataView rows) => new(Model.RemoveRows(rows));

    /// <summary>A transformer without the reference rows of some numbers; this one stays as it is.</summary>
    /// <inheritdoc cref="RemoveRows(IDataView)" path="/remarks"/>
    /// <param name="rowNumbers">Numbers as NeighborRow gives them; those of no row are ignored.</param>
    /// <exception cref="InvalidOperationException">No row would be left.</exception>
    public NearestNeighborsTransformer RemoveRows(IEnumerable<long> rowNumbers) => new(Model.RemoveRows(rowNumbers));
}
