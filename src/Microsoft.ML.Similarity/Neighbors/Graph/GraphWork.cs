using Microsoft.ML.Similarity.Neighbors.Exact;
using Microsoft.ML.Similarity.Neighbors.Vectors;

namespace Microsoft.ML.Similarity.Neighbors.Graph;

/// <summary>A search of a graph that is under way: a few queries at a time, each by one thread.</summary>
internal abstract unsafe class GraphWork(Reusable<SearchMemory> memory) : ParallelWork<SearchMemory>
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

    protected override SearchMemory Begin() => memory.Take();

    protected override void Do(SearchMemory scratch, int chunk)
    {
        scratch.Distances = 0;
        var end = Math.Min((chunk + 1) * ChunkQueries, _queries.Count);
        for (var i = chunk * ChunkQueries; i < end; i++)
        {
            var heap = new KeyHeap(_keys + ((long)i * K), K);
            if (Scans)
                Scan(_queries.Row(i), ref heap, scratch);
            else
                Walk(_queries.Row(i), ref heap, scratch);
            _counts[i] = heap.Sort();
        }
        Interlocked.Add(ref _distances, scratch.Distances);
    }

    protected override void End(SearchMemory scratch) => memory.Return(scratch);

    protected abstract void Scan(float* query, ref KeyHeap heap, SearchMemory scratch);

    protected abstract void Walk(float* query, ref KeyHeap heap, SearchMemory scratch);
}
