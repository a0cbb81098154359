using System.Numerics;
using Microsoft.ML.Similarity.Neighbors.Exact;
using Microsoft.ML.Similarity.Neighbors.Index;
using Microsoft.ML.Similarity.Neighbors.Vectors;

namespace Microsoft.ML.Similarity.Neighbors.Graph;

/// <summary>Finds nearly all of the nearest rows by a graph of the distinct ones (HNSW), with distances computed from the rows themselves.</summary>
/// <remarks>
/// Where a search along the graph would compare more nodes than there are rows to return, all of these are compared instead: never are fewer
/// rows found than asked for, if there are so many. Memory per distinct row: 8·M bytes for links and 4/(M - 1)·M more for those of the layers above,
/// 5 bytes, and the codes.
/// </remarks>
internal sealed unsafe class GraphSearcher : RowSearcher
{
    private readonly Reusable<SearchTeam> _teams = new(() => new SearchTeam());
    private readonly Reusable<GraphWork> _works;

    public GraphSearcher(RowTable table, GraphShape shape, GraphMemory memory)
    {
        Shape = shape;
        Memory = memory;
        var query = new GraphQuery(table, shape, memory);
        var walker = GraphWalker.Create(table, shape, memory);
        _works = table.Metric == NeighborMetric.InnerProduct
            ? new(() => new GraphWork<Product>(table, query, walker, memory.Exceptions, _teams))
            : new(() => new GraphWork<SquaredDifference>(table, query, walker, memory.Exceptions, _teams));
        RowCount = table.RowCount;
    }

    public GraphShape Shape { get; }

    public GraphMemory Memory { get; }

    private int RowCount { get; }

    public override void Search(FloatRows queries, int k, RowMask mask, ulong* keys, int* counts, int threads) =>
        Search(queries, k, mask, keys, counts, threads, GraphEffort.For(Shape.Efforts, k));

    /// <inheritdoc cref="RowSearcher.Search"/>
    /// <returns>The distances computed on the way by all queries.</returns>
    public long Search(FloatRows queries, int k, RowMask mask, ulong* keys, int* counts, int threads, GraphEffort effort)
    {
        if (queries.Count == 0)
            return 0;
        var allowed = mask.IsEmpty ? RowCount : Allowed(mask);
        var work = _works.Take();
        // To find so many of the allowed, the more of the others must be passed the more of them there are.
        work.Scans = (double)allowed * allowed <= Math.Max(effort.Distances, effort.Width) * RowCount;
        work.Search(queries, k, mask, keys, counts, threads, effort);
        var distances = work.Distances;
        _works.Return(work);
        return distances;
    }

    public override void Dispose()
    {
        _works.Dispose();
        _teams.Dispose();
    }

    private int Allowed(RowMask mask)
    {
        var allowed = 0;
        for (var word = 0; word < RowCount / 64; word++)
            allowed += BitOperations.PopCount(mask.Word(word));
        var rest = RowCount & 63;
        return rest == 0 ? allowed : allowed + BitOperations.PopCount(mask.Word(RowCount / 64) & ((1UL << rest) - 1));
    }
}
