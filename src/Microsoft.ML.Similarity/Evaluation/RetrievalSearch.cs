using System.Collections.Concurrent;
using Microsoft.ML.Similarity.Neighbors;
using Microsoft.ML.Similarity.Neighbors.Exact;
using Microsoft.ML.Similarity.Neighbors.Index;
using Microsoft.ML.Similarity.Neighbors.Vectors;
using Microsoft.ML.Similarity.Relations;

namespace Microsoft.ML.Similarity.Evaluation;

/// <summary>Ranks the references for every query, chunks of queries in parallel.</summary>
internal sealed unsafe class RetrievalSearch
{
    // Sums are formed chunk by chunk: a fixed size keeps them independent of threads.
    private const int ChunkSize = 64;

    // A block of queries reads the references once; more are faster until their distances leave the caches.
    private const int LargestBlock = 32;
    private const int DistanceBudget = 4 << 20;

    private readonly UsableRows _queries;
    private readonly UsableRows _references;
    private readonly NeighborMetric _metric;
    private readonly ClassRelation? _relation;
    private readonly RetrievalCutoffs _cutoffs;
    private readonly RowScaling _scaling;
    private readonly AlignedMemory _prepared;
    private readonly int _blockSize;
    private readonly List<int> _zeroReferences = [];

    /// <param name="queries">The same object as <paramref name="references"/> for leave-one-out.</param>
    /// <param name="references">At least one row.</param>
    /// <param name="relation">Which classes belong together; null for each with itself only.</param>
    /// <param name="metric">What ranks the references.</param>
    /// <param name="cutoffs">The k of recall@k and NDCG@k.</param>
    public RetrievalSearch(UsableRows queries, UsableRows references, ClassRelation? relation, NeighborMetric metric, RetrievalCutoffs cutoffs)
    {
        _queries = queries;
        _references = references;
        _relation = relation;
        _metric = metric;
        _cutoffs = cutoffs;
        _scaling = RowScaling.For(metric, Math.Max(queries.LargestMagnitude, references.LargestMagnitude));
        _blockSize = Math.Clamp(DistanceBudget / references.Count, 1, LargestBlock);
        _prepared = AlignedMemory.For<float>((long)references.Count * Padding.ForFloats(references.Dimension));
        var rows = Rows(_prepared, references.Count);
        for (var row = 0; row < references.Count; row++)
        {
            if (!_scaling.Prepare(references[row], rows.Row(row)))
                _zeroReferences.Add(row);
        }
    }

    /// <summary>The sums of each chunk, in the order of the queries.</summary>
    public RetrievalSums[] Run(int threads, CancellationToken cancellation)
    {
        var sums = new RetrievalSums[(_queries.Count + ChunkSize - 1) / ChunkSize];
        var idle = new ConcurrentBag<Workspace>();
        Parallel.For(0, sums.Length, new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellation }, chunk =>
        {
            if (!idle.TryTake(out var workspace))
                workspace = new(_blockSize, _references, new(_references, _relation));
            var chunkSums = sums[chunk] = new(_cutoffs);
            var end = Math.Min((chunk + 1) * ChunkSize, _queries.Count);
            for (var start = chunk * ChunkSize; start < end; start += _blockSize)
                AddBlock(start, Math.Min(_blockSize, end - start), workspace, chunkSums);
            idle.Add(workspace);
        });
        GC.KeepAlive(this);
        return sums;
    }

    private void AddBlock(int start, int count, Workspace workspace, RetrievalSums sums)
    {
        var rows = Rows(_prepared, _references.Count);
        var queries = Rows(workspace.Queries, count);
        for (var i = 0; i < count; i++)
            workspace.IsZero[i] = !_scaling.Prepare(_queries[start + i], queries.Row(i));
        if (_metric == NeighborMetric.InnerProduct)
            AllDistances.Compute<Product>(queries, rows, workspace.Distances);
        else
            AllDistances.Compute<SquaredDifference>(queries, rows, workspace.Distances);

        for (var i = 0; i < count; i++)
        {
            var query = start + i;
            var distances = workspace.Distances.AsSpan(i * _references.Count, _references.Count);
            if (_metric == NeighborMetric.Cosine)
                SetZeroVectors(distances, workspace.IsZero[i]);
            var self = ReferenceEquals(_queries, _references) ? query : -1;
            sums.Add(workspace.Ranks.Find(distances, workspace.Relevant.Of(_queries.ClassOf(query)), self));
        }
    }

    private void SetZeroVectors(Span<float> distances, bool queryIsZero)
    {
        if (queryIsZero)
        {
            distances.Fill(RowScaling.SquaredDistanceOne);
            return;
        }
        foreach (var row in _zeroReferences)
            distances[row] = RowScaling.SquaredDistanceOne;
    }

    private FloatRows Rows(AlignedMemory memory, int count) => new((float*)memory.Pointer, count, _references.Dimension);

    private sealed class Workspace(int blockSize, UsableRows references, RelevantRows relevant)
    {
        public AlignedMemory Queries { get; } = AlignedMemory.For<float>((long)blockSize * Padding.ForFloats(references.Dimension));

        public bool[] IsZero { get; } = new bool[blockSize];

        public float[] Distances { get; } = new float[blockSize * references.Count];

        public RelevantRows Relevant { get; } = relevant;

        public RelevantRanks Ranks { get; } = new();
    }
}
