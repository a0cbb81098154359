using System.Runtime.Intrinsics.X86;
using Microsoft.ML.Similarity.Neighbors.Index;
using Microsoft.ML.Similarity.Neighbors.Vectors;

namespace Microsoft.ML.Similarity.Neighbors.Exact;

/// <summary>Finds exactly the nearest rows: those that a filter does not rule out have their distances computed.</summary>
/// <remarks>
/// Results are those of computing all distances, to the bit, with equal distances in the order of the rows; neither the filter, the batch,
/// nor the threads change them.
/// </remarks>
internal sealed unsafe class ExactSearcher : RowSearcher
{
    // Fewer queries are searched one after the other, each by all threads.
    private const int BatchPerThread = 4;

    private readonly RowTable _table;
    private readonly Reusable<SearchScratch> _scratches = new(() => new SearchScratch());
    private readonly Reusable<ExactWork> _batches;
    private readonly Reusable<ExactWork> _singles;

    public ExactSearcher(RowTable table, BoundFilter? filter)
    {
        _table = table;
        Filter = filter;
        (_batches, _singles) = table.Metric == NeighborMetric.InnerProduct ? Works<Product>() : Works<SquaredDifference>();
    }

    public BoundFilter? Filter { get; }

    public override void Search(FloatRows queries, int k, RowMask mask, ulong* keys, int* counts, int threads)
    {
        if (queries.Count == 0 || _table.Nodes.Count == 0)
        {
            new Span<int>(counts, queries.Count).Clear();
            return;
        }
        var works = queries.Count >= BatchPerThread * threads ? _batches : _singles;
        var work = works.Take();
        work.Search(queries, k, mask, keys, counts, threads);
        works.Return(work);
    }

    public override void Dispose()
    {
        _batches.Dispose();
        _singles.Dispose();
        _scratches.Dispose();
    }

    private (Reusable<ExactWork> Batches, Reusable<ExactWork> Singles) Works<TTerm>()
        where TTerm : struct, IMetricTerm
    {
        if (Avx512BW.IsSupported)
            return Works<TTerm, CodeTile512>();
        return Avx2.IsSupported ? Works<TTerm, CodeTile256>() : Works<TTerm, CodeTile128>();
    }

    private (Reusable<ExactWork> Batches, Reusable<ExactWork> Singles) Works<TTerm, TTile>()
        where TTerm : struct, IMetricTerm
        where TTile : struct, ICodeTile => (
            new(() => new BatchWork<TTerm, TTile>(_table, Filter, _scratches)),
            new(() => new SingleWork<TTerm, TTile>(_table, Filter, _scratches)));
}
