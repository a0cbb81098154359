using Microsoft.ML.Similarity.Neighbors.Exact;
using Microsoft.ML.Similarity.Neighbors.Vectors;

namespace Microsoft.ML.Similarity.Neighbors.Graph;

/// <summary>A search of a graph that is under way: a few queries at a time, by one thread.</summary>
internal abstract unsafe class GraphWork(Reusable<SearchTeam> teams) : ParallelWork<SearchTeam>
{
    private const int ChunkQueries = 8;

    private FloatRows _queries;
    private ulong* _keys;
    private int* _counts;
    private long _distances;

    /// <summary>All rows that may be returned are compared, and the graph is not used.</summary>
    public bool Scans { get; set; }

    /// <summary>Computed by the last search.</summary>
    public long Distances => _distances;

    protected int K { get; private set; }

    protected RowMask Mask { get; private set; }

    protected GraphEffort Effort { get; private set; }

    /// <inheritdoc cref="GraphSearcher.Search(FloatRows, int, RowMask, ulong*, int*, int, GraphEffort)"/>
    public void Search(FloatRows queries, int k, RowMask mask, ulong* keys, int* counts, int threads, GraphEffort effort)
    {
        (_queries, K, Mask, Effort) = (queries, k, mask, effort);
        _keys = keys;
        _counts = counts;
        _distances = 0;
        Run((queries.Count + ChunkQueries - 1) / ChunkQueries, threads);
    }

    protected override SearchTeam Begin() => teams.Take();

    protected override void Do(SearchTeam scratch, int chunk)
    {
        var end = Math.Min((chunk + 1) * ChunkQueries, _queries.Count);
        for (var first = chunk * ChunkQueries; first < end; first += SearchTeam.Size)
        {
            var count = Math.Min(SearchTeam.Size, end - first);
            if (!Scans)
                Walk(_queries, first, count, scratch);
            for (var i = 0; i < count; i++)
            {
                var heap = new KeyHeap(_keys + ((long)(first + i) * K), K);
                if (Scans)
                    Scan(_queries.Row(first + i), ref heap, scratch[i]);
                else
                    Verify(_queries.Row(first + i), ref heap, scratch[i]);
                _counts[first + i] = heap.Sort();
            }
        }
        Interlocked.Add(ref _distances, scratch.TakeDistances());
    }

    protected override void End(SearchTeam scratch) => teams.Return(scratch);

    /// <summary>Offers all rows to a query.</summary>
    protected abstract void Scan(float* query, ref KeyHeap heap, SearchMemory scratch);

    /// <summary>Finds nodes near to some queries, for <see cref="Verify"/>.</summary>
    protected abstract void Walk(FloatRows queries, int first, int count, SearchTeam team);

    /// <summary>Offers the rows of the nodes found to their query.</summary>
    protected abstract void Verify(float* query, ref KeyHeap heap, SearchMemory scratch);
}
