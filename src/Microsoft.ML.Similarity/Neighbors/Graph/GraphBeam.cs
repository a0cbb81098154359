using System.Runtime.CompilerServices;

namespace Microsoft.ML.Similarity.Neighbors.Graph;

/// <summary>
/// A walk along a layer of a graph to the nodes nearest to a target, in steps of two halves: the first asks for memory, and until the second needs it, other
/// walks can do theirs. What a walk finds does not depend on the others.
/// </summary>
internal unsafe struct GraphBeam<TNodes>
    where TNodes : unmanaged, INodes
{
    private readonly ulong* _found;
    private readonly ulong* _visited;
    private readonly int* _block;
    private readonly float* _distances;
    private readonly int _layer;
    private readonly int _width;
    private TNodes _nodes;
    private int _size;
    private int _current;       // all before are expanded
    private int _waiting;       // in the block, for the second half
    private long _computed;
    private float _limit = float.PositiveInfinity;

    /// <param name="links">The graph.</param>
    /// <param name="nodes">With the target set.</param>
    /// <param name="layer">Which layer.</param>
    /// <param name="start">The key of a node on the layer.</param>
    /// <param name="width">How many nodes to keep; from 1.</param>
    /// <param name="memory">Prepared for the width, for this walk only.</param>
    public GraphBeam(in GraphLinks links, in TNodes nodes, int layer, ulong start, int width, SearchMemory memory)
    {
        _found = memory.Found;
        _visited = memory.Visited;
        _block = memory.Block;
        _distances = memory.BlockDistances;
        _layer = layer;
        _width = width;
        _nodes = nodes;
        NodeBlock.Visit(_visited, NodeKey.Node(start));
        SortedKeys.Insert(_found, ref _size, width, start);
        if (layer > 0 || !NodeBlock.Visit(_visited, links.Entry))
            return;
        // Every node can be reached from the entry: a walk with room for all finds all.
        var entry = NodeKey.Create(_nodes.Distance(links.Entry), links.Entry);
        if (_size < width || entry < _found[width - 1])
            SortedKeys.Insert(_found, ref _size, width, entry);
    }

    /// <summary>How many nodes are found, in order.</summary>
    public readonly int Count => _size;

    /// <summary>How many distances were computed.</summary>
    public readonly long Computed => _computed;

    /// <summary>Takes walks to their ends, one step of each after the other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(GraphBeam<TNodes>* beams, int count, GraphLinks links)
    {
        var active = stackalloc int[count];
        var left = 0;
        for (var i = 0; i < count; i++)
        {
            if (beams[i].Expand(links))
                active[left++] = i;
        }
        while (left > 0)
        {
            for (var i = 0; i < left;)
            {
                var beam = beams + active[i];
                beam->Measure(links);
                if (beam->Expand(links))
                    i++;
                else
                    active[i] = active[--left];
            }
        }
    }

    // Asks for the memory of what the nearest node leads to that was not expanded; false where all were.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool Expand(in GraphLinks links)
    {
        var found = _found;
        var size = _size;
        var degree = _layer == 0 ? links.BaseDegree : links.Degree;
        for (var current = _current; current < size;)
        {
            var key = found[current];
            if ((key & NodeKey.Expanded) != 0)
            {
                current++;
                continue;
            }
            found[current++] = key | NodeKey.Expanded;
            var node = NodeKey.Node(key);
            var count = NodeBlock.Unvisited(_layer == 0 ? links.OfBase(node) : links.OfUpper(node, _layer), degree, links.Count, _visited, _block);
            if (count == 0)
                continue;
            for (var i = 0; i < count; i++)
                _nodes.Prefetch(_block[i]);
            if (_layer == 0 && current < size)
                links.Prefetch(NodeKey.Node(found[current]));
            _current = current;
            _waiting = count;
            _computed += count;
            return true;
        }
        return false;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Measure(in GraphLinks links)
    {
        var found = _found;
        var block = _block;
        var distances = _distances;
        var (count, width, size, current, limit) = (_waiting, _width, _size, _current, _limit);
        NodeBlock.Measure(ref _nodes, block, count, distances);
        for (var i = 0; i < count; i++)
        {
            if (distances[i] > limit)
                continue;
            var next = NodeKey.Create(distances[i], block[i]);
            if (size == width && next >= found[width - 1])
                continue;
            var position = SortedKeys.Insert(found, ref size, width, next);
            if (size == width)
                limit = NodeKey.Distance(found[width - 1]);
            if (position >= current)
                continue;
            current = position;
            if (_layer == 0)
                links.Prefetch(block[i]);
        }
        (_size, _current, _limit) = (size, current, limit);
    }
}
