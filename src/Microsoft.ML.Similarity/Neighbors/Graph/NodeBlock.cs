using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Similarity.Neighbors.Graph;

/// <summary>What a walk does with the nodes that one node leads to.</summary>
internal static unsafe class NodeBlock
{
    /// <summary>Marks a node as visited.</summary>
    /// <param name="visited">A bit for each node.</param>
    /// <param name="node">The node.</param>
    /// <returns>Whether it was not before.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Visit(ulong* visited, int node)
    {
        var bit = 1UL << (node & 63);
        var isNew = (visited[node >> 6] & bit) == 0;
        visited[node >> 6] |= bit;
        return isNew;
    }

    /// <summary>Visits the nodes of links.</summary>
    /// <param name="links">The links.</param>
    /// <param name="degree">How many there may be.</param>
    /// <param name="nodes">The number of nodes of the graph.</param>
    /// <param name="visited">A bit for each node.</param>
    /// <param name="block">Receives those not visited before.</param>
    /// <returns>How many these are.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Unvisited(int* links, int degree, int nodes, ulong* visited, int* block)
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

    /// <summary>The distances of nodes, computed four at a time; the last stands in for what is missing.</summary>
    /// <param name="nodes">With the target set.</param>
    /// <param name="block">Room for three more than there are.</param>
    /// <param name="count">How many there are.</param>
    /// <param name="distances">Likewise.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Measure<TNodes>(ref TNodes nodes, int* block, int count, float* distances)
        where TNodes : unmanaged, INodes
    {
        if (count == 0)
            return;
        block[count] = block[count + 1] = block[count + 2] = block[count - 1];
        for (var i = 0; i < count; i += 4)
            nodes.Distances(block[i], block[i + 1], block[i + 2], block[i + 3]).Store(distances + i);
    }
}
