using System.Runtime.CompilerServices;
using Microsoft.ML.Similarity.Neighbors.Exact;

namespace Microsoft.ML.Similarity.Neighbors.Graph;

/// <summary>Walks a graph towards a target.</summary>
internal static unsafe class GraphSearch
{
    // Where a beam is wider, moving the sorted keys costs more than two heaps.
    private const int WidestSorted = 500;

    /// <summary>Goes down the upper layers, on each as near to the target as one step after the other leads.</summary>
    /// <param name="links">The graph; it has an entry.</param>
    /// <param name="nodes">With the target set.</param>
    /// <param name="bottom">The layer to end above: 0 to walk all upper layers.</param>
    /// <param name="memory">Prepared.</param>
    /// <returns>The key of the nearest node seen.</returns>
    public static ulong Descend<TNodes>(in GraphLinks links, ref TNodes nodes, int bottom, SearchMemory memory)
        where TNodes : unmanaged, INodes
    {
        var nearest = NodeKey.Create(nodes.Distance(links.Entry), links.Entry);
        for (int layer = links.Levels[links.Entry]; layer > bottom; layer--)
        {
            ulong before;
            do
            {
                before = nearest;
                var block = links.OfUpper(NodeKey.Node(nearest), layer);
                var count = 0;
                for (; count < links.Degree && block[count] >= 0; count++)
                    nodes.Prefetch(memory.Block[count] = block[count]);
                nearest = Math.Min(nearest, Nearest(ref nodes, count, memory));
                memory.Distances += count;
            }
            while (nearest < before);
        }
        return nearest;
    }

    /// <summary>The nearest nodes of a layer, as far as they are found from the start.</summary>
    /// <param name="links">The graph.</param>
    /// <param name="nodes">With the target set.</param>
    /// <param name="layer">Which.</param>
    /// <param name="start">The key of a node on the layer.</param>
    /// <param name="width">How many nodes to keep; from 1.</param>
    /// <param name="memory">Prepared for the width. Receives what was found.</param>
    public static void Beam<TNodes>(in GraphLinks links, ref TNodes nodes, int layer, ulong start, int width, SearchMemory memory)
        where TNodes : unmanaged, INodes
    {
        if (layer == 0 && width > WidestSorted)
        {
            HeapBeam<TNodes, AllNodes>(links, ref nodes, default, start, width, memory);
            return;
        }
        var beam = new GraphBeam<TNodes>(links, nodes, layer, start, width, memory);
        GraphBeam<TNodes>.Run(&beam, 1, links);
        memory.Add(beam.Count, beam.Computed);
    }

    /// <summary>As <see cref="Beam"/>, of several targets on the base layer, which take turns.</summary>
    /// <param name="links">The graph.</param>
    /// <param name="nodes">With a target each.</param>
    /// <param name="starts">The key of a node for each.</param>
    /// <param name="count">How many targets, at most <see cref="SearchTeam.Size"/>.</param>
    /// <param name="width">How many nodes to keep; from 1.</param>
    /// <param name="team">Prepared for the width. Receives what was found.</param>
    public static void Beams<TNodes>(in GraphLinks links, TNodes* nodes, ulong* starts, int count, int width, SearchTeam team)
        where TNodes : unmanaged, INodes
    {
        if (width > WidestSorted)
        {
            for (var i = 0; i < count; i++)
                HeapBeam<TNodes, AllNodes>(links, ref nodes[i], default, starts[i], width, team[i]);
            return;
        }
        var beams = stackalloc GraphBeam<TNodes>[SearchTeam.Size];
        for (var i = 0; i < count; i++)
            beams[i] = new(links, nodes[i], 0, starts[i], width, team[i]);
        GraphBeam<TNodes>.Run(beams, count, links);
        for (var i = 0; i < count; i++)
            team[i].Add(beams[i].Count, beams[i].Computed);
    }

    /// <summary>The nearest nodes of the base layer that the filter allows; all nodes lead on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void HeapBeam<TNodes, TFilter>(GraphLinks links, ref TNodes shared, TFilter filter, ulong start, int width, SearchMemory memory)
        where TNodes : unmanaged, INodes
        where TFilter : struct, INodeFilter
    {
        var nodes = shared;
        var visited = memory.Visited;
        var block = memory.Block;
        var found = new KeyHeap(memory.Found, width);
        var waiting = new MinKeys(memory.Waiting);
        var distances = memory.BlockDistances;
        long computed = 0;
        NodeBlock.Visit(visited, NodeKey.Node(start));
        Offer(start, filter, ref found, ref waiting);
        if (NodeBlock.Visit(visited, links.Entry))
            Offer(NodeKey.Create(nodes.Distance(links.Entry), links.Entry), filter, ref found, ref waiting);
        while (waiting.Count > 0)
        {
            var key = waiting.Pop();
            if (key > found.Limit)
                break;
            var count = NodeBlock.Unvisited(links.OfBase(NodeKey.Node(key)), links.BaseDegree, links.Count, visited, block);
            if (count == 0)
                continue;
            for (var i = 0; i < count; i++)
                nodes.Prefetch(block[i]);
            if (waiting.Count > 0)
                links.Prefetch(NodeKey.Node(waiting.Top));
            computed += count;
            NodeBlock.Measure(ref nodes, block, count, distances);
            for (var i = 0; i < count; i++)
                Offer(NodeKey.Create(distances[i], block[i]), filter, ref found, ref waiting);
        }
        memory.Add(found.Sort(), computed);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Offer<TFilter>(ulong key, TFilter filter, ref KeyHeap found, ref MinKeys waiting)
        where TFilter : struct, INodeFilter
    {
        if (key >= found.Limit)
            return;
        waiting.Push(key);
        if (filter.Allows(NodeKey.Node(key)))
            found.Offer(key);
    }

    private static ulong Nearest<TNodes>(ref TNodes nodes, int count, SearchMemory memory)
        where TNodes : unmanaged, INodes
    {
        NodeBlock.Measure(ref nodes, memory.Block, count, memory.BlockDistances);
        var nearest = ulong.MaxValue;
        for (var i = 0; i < count; i++)
            nearest = Math.Min(nearest, NodeKey.Create(memory.BlockDistances[i], memory.Block[i]));
        return nearest;
    }
}
