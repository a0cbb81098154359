using Microsoft.ML.Similarity.Neighbors.Exact;
using Microsoft.ML.Similarity.Neighbors.Index;
using Microsoft.ML.Similarity.Neighbors.Vectors;

namespace Microsoft.ML.Similarity.Neighbors.Graph;

/// <summary>Makes the graph of rows: codes, links, and the effort its searches need. The result does not depend on the number of threads.</summary>
/// <remarks>
/// Nodes are added in a random order, so that sorted rows do no harm. Before the last of them are, they serve as queries that the graph
/// does not know, whose true neighbours an exact search finds.
/// </remarks>
internal sealed unsafe class GraphFit : IDisposable
{
    private const int MostHeldOut = 1000;
    private const int HeldOutShare = 5;
    private const double LeastFidelity = 0.9;

    private readonly RowTable _table;
    private readonly GraphBuildOptions _options;
    private readonly BoundFilter? _filter;
    private readonly List<IDisposable> _owners = [];
    private MemoryBlock _codes;
    private GraphCoderFit? _coder;
    private double _radius;
    private MemoryBlock _exceptions;

    private GraphFit(RowTable table, GraphBuildOptions options, BoundFilter? filter)
    {
        _table = table;
        _options = options;
        _filter = filter;
    }

    /// <param name="table">The rows.</param>
    /// <param name="options">How to build.</param>
    /// <param name="filter">What exact searches use, if there is one.</param>
    /// <param name="owners">Becomes richer by the memory of the graph.</param>
    /// <exception cref="OperationCanceledException">The options' token was cancelled.</exception>
    public static GraphSearcher Create(RowTable table, GraphBuildOptions options, BoundFilter? filter, List<IDisposable> owners)
    {
        using var fit = new GraphFit(table, options, filter);
        var searcher = fit.Run();
        owners.AddRange(fit._owners);
        fit._owners.Clear();
        return searcher;
    }

    public void Dispose() => _owners.ForEach(owner => owner.Dispose());

    private GraphSearcher Run()
    {
        var nodes = _table.Nodes;
        var lifts = _table.Metric == NeighborMetric.InnerProduct;
        _radius = lifts ? LiftedRows.RadiusOf(nodes) : 0;
        if (_options.Codes != GraphCodes.Vectors)
            return BuildWithCodes(lifts);
        if (!lifts)
            return BuildWithoutCodes(nodes);
        SetLifts(new LiftedRows(nodes, _radius));
        return Build(new LiftedFloatNodes(nodes, _codes.As<float>()));
    }

    private GraphSearcher BuildWithCodes(bool lifts)
    {
        var nodes = _table.Nodes;
        if (nodes.Count > 0)
        {
            using var coder = lifts
                ? GraphCoderFit.Run(new LiftedRows(nodes, _radius), _options.Codes, _options.Parallel)
                : GraphCoderFit.Run(nodes, _options.Codes, _options.Parallel);
            coder.Release(_owners);
            _coder = coder;
            _codes = coder.Codes;
            SetExceptions(coder.Exceptions);
        }
        return Build(new CodeNodes(_codes.Pointer, Padding.ForCodes(_coder?.Kept ?? 0)));
    }

    // Codes that rank as the vectors do choose the same links in half the time, and are then forgotten.
    private GraphSearcher BuildWithoutCodes(FloatRows nodes)
    {
        if (nodes.Count == 0)
            return Build(new FloatNodes(nodes));
        using var coder = GraphCoderFit.Run(nodes, GraphCodes.Bytes, _options.Parallel);
        var codes = new CodeNodes(coder.Codes.Pointer, Padding.ForCodes(coder.Kept));
        if (CodeFidelity.Measure(_table, codes, _filter, _options.Threads) < LeastFidelity)
            return Build(new FloatNodes(nodes));
        SetExceptions(coder.Exceptions);
        return Build(codes);
    }

    private GraphSearcher Build<TNodes>(TNodes nodes)
        where TNodes : unmanaged, INodes
    {
        var order = Order();
        using var builder = new GraphBuilder<TNodes>(nodes, _table.Nodes.Count, _options, _owners);
        var heldOut = Math.Min(MostHeldOut, order.Length / HeldOutShare);
        builder.Add(order.AsSpan(..^heldOut), Report);
        var efforts = GraphCalibration.Run(_table, order[^heldOut..], _filter, _options, Searcher(builder.Links, builder, []));
        builder.Add(order.AsSpan(^heldOut..), Report);
        if (order.Length > 0)
            builder.Relink(order);
        return Searcher(builder.Links, builder, efforts);

        void Report(int added) => _options.Progress?.Invoke((double)added / order.Length);
    }

    private GraphSearcher Searcher<TNodes>(in GraphLinks links, GraphBuilder<TNodes> builder, GraphEffort[] efforts)
        where TNodes : unmanaged, INodes
    {
        var shape = new GraphShape(
            _options.Codes, _options.Degree, links.Entry, _coder?.Kept ?? 0, _coder?.Scale.Step ?? 0, _radius, _options.TargetRecall, efforts);
        return new GraphSearcher(_table, shape, new GraphMemory(
            builder.Base, builder.Upper, builder.FirstUpperBlocks, builder.Levels,
            _codes, _coder?.Mean ?? default, _coder?.Directions ?? default, _exceptions));
    }

    // All nodes but the exceptions, shuffled.
    private int[] Order()
    {
        var exceptions = new HashSet<int>(new Span<int>(_exceptions.As<int>(), _exceptions.CountOf<int>()).ToArray());
        int[] order = [.. Enumerable.Range(0, _table.Nodes.Count).Where(node => !exceptions.Contains(node))];
        for (var i = order.Length - 1; i > 0; i--)
        {
            var other = (int)(SplitMix.Hash(~_options.Seed, i) % (ulong)(i + 1));
            (order[i], order[other]) = (order[other], order[i]);
        }
        return order;
    }

    private void SetExceptions(int[] exceptions)
    {
        _exceptions = Allocate<int>(exceptions.Length);
        exceptions.CopyTo(new Span<int>(_exceptions.As<int>(), exceptions.Length));
    }

    private void SetLifts(LiftedRows rows)
    {
        _codes = Allocate<float>(rows.Count);
        using var buffer = AlignedMemory.For<float>(Padding.ForFloats(rows.Dimension));
        for (var row = 0; row < rows.Count; row++)
            _codes.As<float>()[row] = rows.Read(row, (float*)buffer.Pointer)[rows.Dimension - 1];
    }

    private MemoryBlock Allocate<T>(long count)
        where T : unmanaged
    {
        var memory = AlignedMemory.For<T>(count);
        _owners.Add(memory);
        return memory;
    }
}
