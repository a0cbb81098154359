using Microsoft.ML.Similarity.Neighbors.Vectors;

namespace Microsoft.ML.Similarity.Neighbors.Index;

/// <summary>Ids of 8 bytes a row, found by bisection.</summary>
internal sealed unsafe class Int64Ids(MemoryBlock ids) : IdStore<long>
{
    private ReadOnlySpan<long> Ids => new(ids.Pointer, ids.CountOf<long>());

    public override int Count => ids.CountOf<long>();

    public override IReadOnlyList<MemoryBlock> Blocks => [ids];

    public override long this[int row] => ids.As<long>()[row];

    public override int Find(long id) => Math.Max(Ids.BinarySearch(id), -1);
}
