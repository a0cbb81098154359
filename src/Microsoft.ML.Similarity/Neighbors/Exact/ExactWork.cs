using Microsoft.ML.Similarity.Neighbors.Index;
using Microsoft.ML.Similarity.Neighbors.Vectors;

namespace Microsoft.ML.Similarity.Neighbors.Exact;

/// <summary>A search that is under way.</summary>
internal abstract unsafe class ExactWork(RowTable table, BoundFilter? filter, Reusable<SearchScratch> scratches)
    : ParallelWork<SearchScratch>
{
    protected RowTable Table => table;

    protected BoundFilter? Filter => filter;

    protected int Blocks => (table.Nodes.Count + BoundFilter.BlockRows - 1) / BoundFilter.BlockRows;

    /// <inheritdoc cref="RowSearcher.Search"/>
    public abstract void Search(FloatRows queries, int k, RowMask mask, ulong* keys, int* counts, int threads);

    protected override SearchScratch Begin() => scratches.Take();

    protected override void End(SearchScratch scratch) => scratches.Return(scratch);

    /// <summary>The nodes of a block that there are, a bit a node.</summary>
    protected uint Existing(int block)
    {
        var count = table.Nodes.Count - (block * BoundFilter.BlockRows);
        return count >= BoundFilter.BlockRows ? 0xFFFF : (1u << count) - 1;
    }
}
