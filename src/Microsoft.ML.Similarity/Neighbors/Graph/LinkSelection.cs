using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Similarity.Neighbors.Graph;

/// <summary>Chooses a node's links among near nodes: those not nearer to a link already chosen than to the node.</summary>
/// <remarks>
/// The heuristic of Malkov and Yashunin, "Efficient and robust approximate nearest neighbor search using hierarchical navigable small
/// world graphs" (2018). Strictly nearer: where many are equally far, the other rule leaves hardly any links.
/// </remarks>
internal static unsafe class LinkSelection
{
    /// <param name="shared">With any target.</param>
    /// <param name="candidates">Keys of nodes with their distances from the node, in order.</param>
    /// <param name="count">How many candidates.</param>
    /// <param name="most">How many links at most.</param>
    /// <param name="links">Room for so many, and three.</param>
    /// <param name="distances">Room for so many.</param>
    /// <returns>How many were chosen.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Select<TNodes>(ref TNodes shared, ulong* candidates, int count, int most, int* links, float* distances)
        where TNodes : unmanaged, INodes
    {
        var nodes = shared;
        var chosen = 0;
        for (var i = 0; i < count && chosen < most; i++)
        {
            var node = NodeKey.Node(candidates[i]);
            var distance = NodeKey.Distance(candidates[i]);
            if (chosen > 0 && IsNearer(ref nodes, node, links, chosen, distance))
                continue;
            links[chosen] = node;
            distances[chosen++] = distance;
        }
        return chosen;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsNearer<TNodes>(ref TNodes nodes, int node, int* links, int count, float distance)
        where TNodes : unmanaged, INodes
    {
        nodes.SetTarget(node);
        links[count] = links[count + 1] = links[count + 2] = links[count - 1];
        for (var i = 0; i < count; i += 4)
        {
            if (Vector128.LessThanAny(nodes.Distances(links[i], links[i + 1], links[i + 2], links[i + 3]), Vector128.Create(distance)))
                return true;
        }
        return false;
    }
}
