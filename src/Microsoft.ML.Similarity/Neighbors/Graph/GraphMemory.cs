using Microsoft.ML.Similarity.Neighbors.Vectors;

namespace Microsoft.ML.Similarity.Neighbors.Graph;

/// <summary>The parts of a graph, as they lie in memory or in a file.</summary>
/// <param name="Base">A block of 2·M ints for each node.</param>
/// <param name="Upper">A block of M ints for each layer above the base that a node is on.</param>
/// <param name="FirstUpperBlocks">An int for each node.</param>
/// <param name="Levels">A byte for each node.</param>
/// <param name="Codes">The codes of each node, or the lift of each where nodes are compared by floats and inner product, or nothing.</param>
/// <param name="Mean">What is taken from a vector before it is made codes; empty without codes.</param>
/// <param name="Directions">The directions along which it is made codes; empty where these are its own coordinates.</param>
/// <param name="Exceptions">Nodes that are not in the graph.</param>
internal sealed record GraphMemory(
    MemoryBlock Base,
    MemoryBlock Upper,
    MemoryBlock FirstUpperBlocks,
    MemoryBlock Levels,
    MemoryBlock Codes,
    MemoryBlock Mean,
    MemoryBlock Directions,
    MemoryBlock Exceptions)
{
    /// <summary>The bytes of the links.</summary>
    public long LinkBytes => Base.Length + Upper.Length + FirstUpperBlocks.Length + Levels.Length;

    /// <summary>The bytes of what is compared on the way.</summary>
    public long CodeBytes => Codes.Length + Mean.Length + Directions.Length + Exceptions.Length;
}
