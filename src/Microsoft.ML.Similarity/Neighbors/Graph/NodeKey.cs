using System.Runtime.CompilerServices;
using Microsoft.ML.Similarity.Neighbors.Exact;

namespace Microsoft.ML.Similarity.Neighbors.Graph;

/// <summary>A distance, a node and a mark in one number; the order is by distance, then by node.</summary>
internal static class NodeKey
{
    /// <summary>The node was expanded.</summary>
    public const ulong Expanded = 1;

    /// <summary>Nodes have one bit less than rows elsewhere: the mark's.</summary>
    public const int MaxNodes = 1 << 30;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Create(float distance, int node) => DistanceKey.Create(distance, node << 1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Node(ulong key) => (int)((uint)key >> 1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Distance(ulong key) => DistanceKey.Distance(key);
}
