namespace Microsoft.ML.Similarity.Neighbors.Index;

/// <summary>Rows whose value passes.</summary>
internal sealed class PayloadFilter<T>(string column, Func<T, bool> predicate) : NeighborFilter
{
    internal override void Mark<TId>(IRows<TId> rows, int from, ulong[] bits)
    {
        var reader = rows.Reader<T>(column) ?? throw new ArgumentException(
            $"The index has no payload column '{column}' of type {PayloadKinds.Name(PayloadKinds.Of<T>())}.", nameof(column));
        for (var row = from; row < rows.Count; row++)
        {
            if (predicate(reader(row)))
                RowBits.Set(bits, row);
        }
    }
}
