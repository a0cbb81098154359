using Microsoft.ML.Similarity.Neighbors.Vectors;

namespace Microsoft.ML.Similarity.Neighbors.Exact;

/// <summary>The blocks that a <see cref="BoundFilter"/> reads.</summary>
/// <param name="Mean">Floats, padded.</param>
/// <param name="Directions">Floats, padded rows.</param>
/// <param name="Codes">Blocks of 16 rows: four coordinates after four, those of each row.</param>
/// <param name="Bias">Of each row of each block, minus the squares of its codes.</param>
/// <param name="Exceptions">Nodes without codes.</param>
internal readonly record struct FilterMemory(
    MemoryBlock Mean, MemoryBlock Directions, MemoryBlock Codes, MemoryBlock Bias, MemoryBlock Exceptions)
{
    public long Bytes => Mean.Length + Directions.Length + Codes.Length + Bias.Length + Exceptions.Length;
}
