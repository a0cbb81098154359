using System.Runtime.CompilerServices;

namespace Microsoft.ML.Similarity.Neighbors.Graph;

/// <summary>The links of a graph, wherever its memory is: of every node a block of 2·M on the base layer, and one of M on each layer above that it is on.</summary>
/// <remarks>A block's links come first; what is left of it is <see cref="None"/>.</remarks>
/// <param name="degree">M, the links of a node on an upper layer.</param>
/// <param name="baseBlocks">A block of 2·M for each node.</param>
/// <param name="upperBlocks">Blocks of M; a node's follow one another, from layer 1 up.</param>
/// <param name="firstUpperBlocks">For each node, the number of its first upper block.</param>
/// <param name="levels">For each node, the highest layer it is on.</param>
/// <param name="entry">A node on the highest layer, or <see cref="None"/> where there are no nodes.</param>
/// <param name="count">The number of nodes.</param>
internal readonly unsafe struct GraphLinks(int degree, int* baseBlocks, int* upperBlocks, int* firstUpperBlocks, byte* levels, int entry, int count)
{
    /// <summary>No node.</summary>
    public const int None = -1;

    private const int PrefetchedLines = 2;

    public int Degree => degree;

    public int BaseDegree => 2 * degree;

    public int Entry => entry;

    public int Count => count;

    public byte* Levels => levels;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int* OfBase(int node) => baseBlocks + ((long)node * 2 * degree);

    /// <param name="node">A node on the layer.</param>
    /// <param name="layer">From 1.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int* OfUpper(int node, int layer) => upperBlocks + (UpperBlock(node, layer) * degree);

    /// <summary>Asks for the memory of a node's links on the base layer ahead of their use.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prefetch(int node) => Vectors.Prefetch.Lines(OfBase(node), PrefetchedLines);

    public long UpperBlock(int node, int layer) => (long)firstUpperBlocks[node] + layer - 1;

    public GraphLinks WithEntry(int node) => new(degree, baseBlocks, upperBlocks, firstUpperBlocks, levels, node, count);
}
