namespace Microsoft.ML.Similarity.Neighbors.Index;

/// <summary>The payload columns of a segment.</summary>
internal sealed class PayloadStore(IReadOnlyList<StoredColumn> columns)
{
    public IReadOnlyList<StoredColumn> Columns => columns;

    public long Bytes => columns.Sum(column => column.Bytes);

    public static PayloadStore Pack(IReadOnlyList<PayloadColumn> columns, int[] order, List<IDisposable> owners) =>
        new([.. columns.Select(column => StoredColumn.Pack(column, order, owners))]);

    /// <inheritdoc cref="IRows{TId}.Reader"/>
    public Func<int, T>? Reader<T>(string column)
    {
        var found = columns.FirstOrDefault(c => c.Name == column);
        return found != null && PayloadKinds.Of<T>() == found.Kind ? found.Value<T> : null;
    }
}
