namespace Microsoft.ML.Similarity.Neighbors.Index;

/// <summary>Rows that two filters allow.</summary>
internal sealed class BothFilter(NeighborFilter first, NeighborFilter second) : NeighborFilter
{
    internal override void Mark<TId>(IRows<TId> rows, int from, ulong[] bits)
    {
        var others = new ulong[bits.Length];
        first.Mark(rows, from, bits);
        second.Mark(rows, from, others);
        for (var row = from; row < rows.Count; row++)
        {
            if (!RowBits.Contains(others, row))
                bits[row >> 6] &= ~(1UL << (row & 63));
        }
    }
}
