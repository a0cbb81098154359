namespace Microsoft.ML.Similarity.Neighbors.Index;

/// <summary>Rows of some ids.</summary>
internal sealed class IdFilter<TKey>(IEnumerable<TKey> ids) : NeighborFilter
    where TKey : notnull
{
    private readonly HashSet<TKey> _ids = [.. ids];

    internal override void Mark<TId>(IRows<TId> rows, int from, ulong[] bits)
    {
        if (rows is not IRows<TKey> known)
        {
            throw new ArgumentException(
                $"The filter has ids of type {Name(typeof(TKey))}; those of the index are of type {Name(typeof(TId))}.", nameof(rows));
        }
        if (known is Segment<TKey>)
        {
            foreach (var id in _ids)
            {
                if (known.Find(id) is var row and >= 0)
                    RowBits.Set(bits, row);
            }
            return;
        }
        for (var row = from; row < known.Count; row++)
        {
            if (_ids.Contains(known.IdOf(row)))
                RowBits.Set(bits, row);
        }
    }

    private static string Name(Type type) => type == typeof(long) ? "long" : "string";
}
