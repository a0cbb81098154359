using System.Collections.Concurrent;
using System.Numerics.Tensors;
using Microsoft.ML.Similarity.Neighbors;
using Microsoft.ML.Similarity.Neighbors.Index;
using Microsoft.ML.Similarity.Relations;

namespace Microsoft.ML.Similarity.Evaluation;

/// <summary>Ranks the references for every query, chunks of queries in parallel.</summary>
internal sealed class RetrievalSearch
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
    private readonly ReferencePanels _panels;
    private readonly int _blockSize;
    private readonly float _scale;
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
        _scale = RowScaling.For(NeighborMetric.InnerProduct, Math.Max(queries.LargestMagnitude, references.LargestMagnitude)).Scale;
        _panels = new ReferencePanels(references.Count, references.Dimension);
        _blockSize = Math.Clamp(DistanceBudget / _panels.Stride / ReferencePanels.TileSize * ReferencePanels.TileSize, ReferencePanels.TileSize, LargestBlock);

        var values = new float[references.Dimension];
        for (var row = 0; row < references.Count; row++)
        {
            if (!Prepare(references[row], values))
                _zeroReferences.Add(row);
            _panels.Set(row, values);
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
                workspace = new(_blockSize, _panels, new(_references, _relation));
            var chunkSums = sums[chunk] = new(_cutoffs);
            var end = Math.Min((chunk + 1) * ChunkSize, _queries.Count);
            for (var start = chunk * ChunkSize; start < end; start += _blockSize)
                AddBlock(start, Math.Min(_blockSize, end - start), workspace, chunkSums);
            idle.Add(workspace);
        });
        return sums;
    }

    private void AddBlock(int start, int count, Workspace workspace, RetrievalSums sums)
    {
        // Places beyond the count hold queries of the block before, whose distances nobody reads.
        var places = (count + ReferencePanels.TileSize - 1) / ReferencePanels.TileSize * ReferencePanels.TileSize;
        var tiles = workspace.Tiles.AsSpan(0, places * _panels.Dimension);
        for (var i = 0; i < count; i++)
        {
            workspace.IsZero[i] = !Prepare(_queries[start + i], workspace.Query);
            ReferencePanels.SetQuery(tiles, i, workspace.Query);
        }
        _panels.Distances(tiles, _metric == NeighborMetric.InnerProduct, workspace.Distances);

        for (var i = 0; i < count; i++)
        {
            var query = start + i;
            var distances = workspace.Distances.AsSpan(i * _panels.Stride, _references.Count);
            if (_metric == NeighborMetric.Cosine)
                SetZeroVectors(distances, workspace.IsZero[i]);
            var self = ReferenceEquals(_queries, _references) ? query : -1;
            sums.Add(workspace.Ranks.Find(distances, workspace.Relevant.Of(_queries.ClassOf(query)), self));
        }
    }

    // The squared distance of unit vectors is twice the cosine distance, and is exact where they nearly coincide.
    private void SetZeroVectors(Span<float> distances, bool queryIsZero)
    {
        const float twiceOne = 2;
        if (queryIsZero)
        {
            distances.Fill(twiceOne);
            return;
        }
        foreach (var row in _zeroReferences)
            distances[row] = twiceOne;
    }

    /// <summary>A row as its distances are computed from; false for a zero vector.</summary>
    private bool Prepare(ReadOnlySpan<float> row, Span<float> destination)
    {
        TensorPrimitives.Multiply(row, _scale, destination);
        if (_metric != NeighborMetric.Cosine)
            return true;
        double squares = 0;
        foreach (var value in row)
            squares += (double)value * value;
        if (squares == 0)
            return false;
        var norm = Math.Sqrt(squares);
        for (var i = 0; i < row.Length; i++)
            destination[i] = (float)(row[i] / norm);
        return true;
    }

    private sealed class Workspace(int blockSize, ReferencePanels panels, RelevantRows relevant)
    {
        public float[] Query { get; } = new float[panels.Dimension];

        public bool[] IsZero { get; } = new bool[blockSize];

        public float[] Tiles { get; } = new float[blockSize * panels.Dimension];

        public float[] Distances { get; } = new float[blockSize * panels.Stride];

        public RelevantRows Relevant { get; } = relevant;

        public RelevantRanks Ranks { get; } = new();
    }
}
