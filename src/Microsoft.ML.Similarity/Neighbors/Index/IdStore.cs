using Microsoft.ML.Similarity.Neighbors.Vectors;

namespace Microsoft.ML.Similarity.Neighbors.Index;

/// <summary>The ids of rows, in their order, which is also that of the rows.</summary>
internal abstract class IdStore<TId>
    where TId : notnull
{
    public abstract int Count { get; }

    public abstract TId this[int row] { get; }

    /// <summary>What the file holds.</summary>
    public abstract IReadOnlyList<MemoryBlock> Blocks { get; }

    public long Bytes => Blocks.Sum(block => block.Length);

    /// <returns>The row of the id, or -1.</returns>
    public abstract int Find(TId id);
}
