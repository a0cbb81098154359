namespace Microsoft.ML.Similarity.Neighbors.Index;

/// <summary>Rows that a filter does not allow.</summary>
internal sealed class OtherFilter(NeighborFilter filter) : NeighborFilter
{
    internal override void Mark<TId>(IRows<TId> rows, int from, ulong[] bits)
    {
        var others = new ulong[bits.Length];
        filter.Mark(rows, from, others);
        for (var row = from; row < rows.Count; row++)
        {
            if (!RowBits.Contains(others, row))
                RowBits.Set(bits, row);
        }
    }
}
