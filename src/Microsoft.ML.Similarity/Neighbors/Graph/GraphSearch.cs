using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Microsoft.ML.Similarity.Neighbors.Exact;
using Microsoft.ML.Similarity.Neighbors.Vectors;

namespace Microsoft.ML.Similarity.Neighbors.Graph;

/// <summary>Walks a graph towards a target.</summary>
internal static unsafe class GraphSearch
{
    // Where a beam is wider, moving the sorted keys costs more than two heaps.
    private const int WidestSorted = 500;
    private const int FarFrom = 64;

    /// <summary>Goes down the upper layers, on each as near to the target as one step after the other leads.</summary>
    /// <param name="links">The graph; it has an entry.</param>
    /// <param name="nodes">With the target set.</param>
    /// <param name="bottom">The layer to end above: 0 to walk all upper layers.</param>
    /// <param name="memory">Prepared.</param>
    /// <returns>The key of the nearest node seen.</returns>
    public static ulong Descend<TNodes>(in GraphLinks links, ref TNodes nodes, int bottom, SearchMemory memory)
        where TNodes : struct, INodes
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
    /// <param name="memory">Prepared for the width.</param>
    /// <returns>How many there are in <see cref="SearchMemory.Found"/>, in order.</returns>
    public static int Beam<TNodes>(in GraphLinks links, ref TNodes nodes, int layer, ulong start, int width, SearchMemory memory)
        where TNodes : struct, INodes
    {
        if (layer > 0)
            return SortedBeam<TNodes>(links, ref nodes, layer, start, width, memory);
        if (width <= WidestSorted)
            return SortedBeam<TNodes>(links, ref nodes, 0, start, width, memory);
        return HeapBeam<TNodes, AllNodes>(links, ref nodes, default, start, width, memory);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int SortedBeam<TNodes>(GraphLinks links, ref TNodes shared, int layer, ulong start, int width, SearchMemory memory)
        where TNodes : struct, INodes
    {
        var nodes = shared;
        ulong* found = memory.Found, visited = memory.Visited;
        var block = memory.Block;
        var degree = layer == 0 ? links.BaseDegree : links.Degree;
        var distances = memory.BlockDistances;
        var size = 0;
        var limit = float.PositiveInfinity;
        long computed = 0;
        Visit(visited, NodeKey.Node(start));
        Insert(found, ref size, width, start);
        if (layer == 0 && Visit(visited, links.Entry))
        {
            // Every node can be reached from the entry: a beam with room for all finds all.
            var entry = NodeKey.Create(nodes.Distance(links.Entry), links.Entry);
            if (size < width || entry < found[width - 1])
                Insert(found, ref size, width, entry);
        }
        for (var current = 0; current < size;)
        {
            var key = found[current];
            if ((key & NodeKey.Expanded) != 0)
            {
                current++;
                continue;
            }
            found[current] = key | NodeKey.Expanded;
            var node = NodeKey.Node(key);
            var count = Unvisited(layer == 0 ? links.OfBase(node) : links.OfUpper(node, layer), degree, links.Count, visited, block);
            for (var i = 0; i < count; i++)
                nodes.Prefetch(block[i]);
            current++;
            if (count == 0)
                continue;
            if (layer == 0 && current < size)
                Prefetch.Lines(links.OfBase(NodeKey.Node(found[current])), 2);
            computed += count;
            Measure(ref nodes, block, count, distances);
            for (var i = 0; i < count; i++)
            {
                if (distances[i] > limit)
                    continue;
                var next = NodeKey.Create(distances[i], block[i]);
                if (size == width && next >= found[width - 1])
                    continue;
                var position = Insert(found, ref size, width, next);
                if (size == width)
                    limit = NodeKey.Distance(found[width - 1]);
                if (position >= current)
                    continue;
                current = position;
                if (layer == 0)
                    Prefetch.Lines(links.OfBase(block[i]), 2);
            }
        }
        memory.Distances += computed;
        return size;
    }

    /// <summary>The nearest nodes of the base layer that the filter allows; all nodes lead on.</summary>
    /// <returns>How many there are in <see cref="SearchMemory.Found"/>, in order.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int HeapBeam<TNodes, TFilter>(GraphLinks links, ref TNodes shared, TFilter filter, ulong start, int width, SearchMemory memory)
        where TNodes : struct, INodes
        where TFilter : struct, INodeFilter
    {
        var nodes = shared;
        var visited = memory.Visited;
        var block = memory.Block;
        var found = new KeyHeap(memory.Found, width);
        var waiting = new MinKeys(memory.Waiting);
        var distances = memory.BlockDistances;
        long computed = 0;
        Visit(visited, NodeKey.Node(start));
        Offer(start, filter, ref found, ref waiting);
        if (Visit(visited, links.Entry))
            Offer(NodeKey.Create(nodes.Distance(links.Entry), links.Entry), filter, ref found, ref waiting);
        while (waiting.Count > 0)
        {
            var key = waiting.Pop();
            if (key > found.Limit)
                break;
            var count = Unvisited(links.OfBase(NodeKey.Node(key)), links.BaseDegree, links.Count, visited, block);
            if (count == 0)
                continue;
            for (var i = 0; i < count; i++)
                nodes.Prefetch(block[i]);
            if (waiting.Count > 0)
                Prefetch.Lines(links.OfBase(NodeKey.Node(waiting.Top)), 2);
            computed += count;
            Measure(ref nodes, block, count, distances);
            for (var i = 0; i < count; i++)
                Offer(NodeKey.Create(distances[i], block[i]), filter, ref found, ref waiting);
        }
        memory.Distances += computed;
        return found.Sort();
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
        where TNodes : struct, INodes
    {
        Measure(ref nodes, memory.Block, count, memory.BlockDistances);
        var nearest = ulong.MaxValue;
        for (var i = 0; i < count; i++)
            nearest = Math.Min(nearest, NodeKey.Create(memory.BlockDistances[i], memory.Block[i]));
        return nearest;
    }

    // Four at a time; the last stands in for what is missing.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Measure<TNodes>(ref TNodes nodes, int* block, int count, float* distances)
        where TNodes : struct, INodes
    {
        if (count == 0)
            return;
        block[count] = block[count + 1] = block[count + 2] = block[count - 1];
        for (var i = 0; i < count; i += 4)
            nodes.Distances(block[i], block[i + 1], block[i + 2], block[i + 3]).Store(distances + i);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool Visit(ulong* visited, int node)
    {
        var bit = 1UL << (node & 63);
        var isNew = (visited[node >> 6] & bit) == 0;
        visited[node >> 6] |= bit;
        return isNew;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Unvisited(int* links, int degree, int nodes, ulong* visited, int* block)
    {
        var count = 0;
        for (var i = 0; i < degree; i++)
        {
            // None, or of a file whose links were not checked: no node that there is.
            var node = links[i];
            if ((uint)node >= (uint)nodes)
                break;
            var word = visited + (node >> 6);
            var bit = 1UL << (node & 63);
            var before = *word;
            block[count] = node;
            count += (before & bit) == 0 ? 1 : 0;
            *word = before | bit;
        }
        return count;
    }

    // Where the keys are as many as may be, the last is lost; the new key is less than it.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Insert(ulong* keys, ref int size, int width, ulong key)
    {
        var hole = size < width ? size++ : width - 1;
        if (hole > FarFrom)
            return Vector512.IsHardwareAccelerated ? InsertByEights(keys, hole, key) : InsertFar(keys, hole, key);
        for (; hole > 0 && keys[hole - 1] > key; hole--)
            keys[hole] = keys[hole - 1];
        keys[hole] = key;
        return hole;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int InsertFar(ulong* keys, int hole, ulong key)
    {
        int low = 0, high = hole;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (keys[middle] < key)
                low = middle + 1;
            else
                high = middle;
        }
        for (; hole - 4 >= low; hole -= 4)
            Vector256.Load(keys + hole - 4).Store(keys + hole - 3);
        for (; hole > low; hole--)
            keys[hole] = keys[hole - 1];
        keys[low] = key;
        return low;
    }

    // Eight keys are compared and moved at once: no jump depends on the place but the last.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int InsertByEights(ulong* keys, int hole, ulong key)
    {
        var own = Vector512.Create(key);
        for (; hole >= 8; hole -= 8)
        {
            var before = Vector512.Load(keys + hole - 8);
            var greater = Vector512.GreaterThan(before, own);
            var count = BitOperations.PopCount(greater.ExtractMostSignificantBits());
            if (count < 8)
            {
                Vector512.ConditionalSelect(greater, before, Vector512.Load(keys + hole - 7)).Store(keys + hole - 7);
                keys[hole - count] = key;
                return hole - count;
            }
            before.Store(keys + hole - 7);
        }
        for (; hole > 0 && keys[hole - 1] > key; hole--)
            keys[hole] = keys[hole - 1];
        keys[hole] = key;
        return hole;
    }
}
