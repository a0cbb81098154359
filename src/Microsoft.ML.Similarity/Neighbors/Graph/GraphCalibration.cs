using Microsoft.ML.Similarity.Neighbors.Exact;
using Microsoft.ML.Similarity.Neighbors.Index;
using Microsoft.ML.Similarity.Neighbors.Vectors;

namespace Microsoft.ML.Similarity.Neighbors.Graph;

/// <summary>Finds the least effort with which searches for rows that are not in the graph find the share of their neighbours asked for.</summary>
/// <remarks>Asked for of the mean less twice its standard error, lest chance make a promise.</remarks>
internal sealed unsafe class GraphCalibration : IDisposable
{
    /// <summary>A number of neighbours that is calibrated for itself.</summary>
    public const int UsualNeighbors = 10;

    private const double Errors = 2;
    private const double Growth = 1.12;
    private const int Stride = 6;
    private const int LeastQueries = 250;
    private const int ManyNeighbors = 10_000;   // of all queries together, tell enough
    private static readonly int[] NeighborNumbers = [1, UsualNeighbors, 100];

    private readonly GraphBuildOptions _options;
    private readonly GraphSearcher _graph;
    private readonly AlignedMemory _vectors;
    private readonly FloatRows _queries;
    private readonly int _nodes;
    private readonly int _known;
    private readonly AlignedMemory _truth;
    private readonly AlignedMemory _keys;
    private readonly AlignedMemory _counts;
    private readonly int _truthNeighbors;

    private GraphCalibration(RowTable table, int[] heldOut, BoundFilter? filter, GraphBuildOptions options, GraphSearcher graph)
    {
        _options = options;
        _graph = graph;
        _nodes = table.Nodes.Count;
        _known = _nodes - heldOut.Length;
        _truthNeighbors = Math.Min(NeighborNumbers[^1], _known);
        var stride = table.Nodes.Stride;
        _vectors = AlignedMemory.For<float>((long)heldOut.Length * stride);
        _queries = new FloatRows((float*)_vectors.Pointer, heldOut.Length, table.Nodes.Dimension);
        for (var i = 0; i < heldOut.Length; i++)
            new Span<float>(table.Nodes.Row(heldOut[i]), stride).CopyTo(new Span<float>(_queries.Row(i), stride));
        _truth = AlignedMemory.For<ulong>((long)heldOut.Length * _truthNeighbors);
        _keys = AlignedMemory.For<ulong>((long)heldOut.Length * _truthNeighbors);
        _counts = AlignedMemory.For<int>(heldOut.Length);
        SetTruth(new RowTable(table.Metric, table.Nodes, _nodes, default, default, default), heldOut, filter);
    }

    /// <param name="table">All rows.</param>
    /// <param name="heldOut">The nodes that are not in the graph yet.</param>
    /// <param name="filter">What exact searches use, if there is one.</param>
    /// <param name="options">With the recall.</param>
    /// <param name="graph">Of the other nodes.</param>
    /// <returns>By the number of neighbours, ascending. An effort of as many distances as there are nodes is to compare them all.</returns>
    public static GraphEffort[] Run(RowTable table, int[] heldOut, BoundFilter? filter, GraphBuildOptions options, GraphSearcher graph)
    {
        if (heldOut.Length == 0)
            return [All(1, table.Nodes.Count)];
        using var calibration = new GraphCalibration(table, heldOut, filter, options, graph);
        return [.. NeighborNumbers.Where(k => k <= calibration._truthNeighbors).Select(calibration.Calibrate)];
    }

    public void Dispose()
    {
        _vectors.Dispose();
        _truth.Dispose();
        _keys.Dispose();
        _counts.Dispose();
    }

    private static GraphEffort All(int neighbors, int nodes) => new(neighbors, nodes, nodes, 1, nodes);

    private void SetTruth(RowTable nodes, int[] heldOut, BoundFilter? filter)
    {
        using var known = new AlignedMemory((_nodes + 63L) / 64 * sizeof(ulong));
        var bits = (ulong*)known.Pointer;
        foreach (var node in heldOut)
            bits[node >> 6] |= 1UL << (node & 63);
        using var exact = new ExactSearcher(nodes, filter);
        exact.Search(_queries, _truthNeighbors, new RowMask(null, bits), (ulong*)_truth.Pointer, (int*)_counts.Pointer, _options.Threads);
    }

    private GraphEffort Calibrate(int neighbors)
    {
        // Narrow searches cost little: from there in strides, then back in halves.
        int failed = -1, reached = 0;
        while (true)
        {
            var measured = Measure(neighbors, Width(reached), Width(reached));
            if (Reaches(measured))
                break;
            if (Width(reached) == _known || measured.Effort.Distances >= _known)
                return All(neighbors, _nodes);
            failed = reached;
            reached += Stride;
        }
        while (reached - failed > 1)
        {
            var middle = (failed + reached) / 2;
            if (Reaches(Measure(neighbors, Width(middle), Width(middle))))
                reached = middle;
            else
                failed = middle;
        }
        var width = Width(reached);
        var verified = neighbors;
        while (verified < width && !Reaches(Measure(neighbors, width, verified)))
            verified = Math.Min(width, (int)Math.Ceiling(verified * Growth));
        return Measure(neighbors, width, verified).Effort;

        int Width(int step) => (int)Math.Min(Math.Ceiling(neighbors * Math.Pow(Growth, step)), _known);
    }

    private bool Reaches((GraphEffort Effort, double Error) measured) => measured.Effort.Recall - (Errors * measured.Error) >= _options.TargetRecall;

    private (GraphEffort Effort, double Error) Measure(int neighbors, int width, int verified)
    {
        _options.Parallel.CancellationToken.ThrowIfCancellationRequested();
        var effort = new GraphEffort(neighbors, width, verified, 0, 0);
        var count = Math.Min(_queries.Count, Math.Max(LeastQueries, ManyNeighbors / neighbors));
        ulong* keys = (ulong*)_keys.Pointer, truth = (ulong*)_truth.Pointer;
        var distances = _graph.Search(new FloatRows(_queries.Start, count, _queries.Dimension), neighbors, default, keys, (int*)_counts.Pointer, _options.Threads, effort);
        double sum = 0, squares = 0;
        for (var i = 0; i < count; i++)
        {
            // By distance, not by row: which of equally near rows are found does not matter.
            var limit = DistanceKey.Distance(truth[((long)i * _truthNeighbors) + neighbors - 1]);
            var hits = 0;
            for (var j = 0; j < ((int*)_counts.Pointer)[i]; j++)
                hits += DistanceKey.Distance(keys[((long)i * neighbors) + j]) <= limit ? 1 : 0;
            var recall = (double)hits / neighbors;
            sum += recall;
            squares += recall * recall;
        }
        var mean = sum / count;
        var error = Math.Sqrt(Math.Max((squares / count) - (mean * mean), 0) / count);
        return (effort with { Recall = mean, Distances = (double)distances / count }, error);
    }
}
