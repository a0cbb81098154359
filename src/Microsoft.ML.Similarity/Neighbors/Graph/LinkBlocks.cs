using Microsoft.ML.Similarity.Neighbors.Vectors;

namespace Microsoft.ML.Similarity.Neighbors.Graph;

/// <summary>The blocks of links of the base layer, or of all layers above, while a graph is built: with the length of every link.</summary>
internal sealed unsafe class LinkBlocks : IDisposable
{
    private readonly AlignedMemory _distances;
    private readonly int[]? _owners;

    /// <param name="count">The number of blocks.</param>
    /// <param name="degree">The links a block has room for.</param>
    /// <param name="owners">The node of each block; null where it has the block's number.</param>
    public LinkBlocks(long count, int degree, int[]? owners)
    {
        Degree = degree;
        _owners = owners;
        Memory = AlignedMemory.For<int>(count * degree);
        _distances = AlignedMemory.For<float>(count * degree);
        for (var i = 0L; i < count; i++)
            new Span<int>(Links(i), degree).Fill(GraphLinks.None);
    }

    public int Degree { get; }

    /// <summary>The links; the graph's, once it is built.</summary>
    public AlignedMemory Memory { get; }

    public int* Links(long block) => (int*)Memory.Pointer + (block * Degree);

    public float* Distances(long block) => (float*)_distances.Pointer + (block * Degree);

    public int Owner(int block) => _owners == null ? block : _owners[block];

    public int Count(long block)
    {
        var used = new ReadOnlySpan<int>(Links(block), Degree).IndexOf(GraphLinks.None);
        return used < 0 ? Degree : used;
    }

    /// <summary>The length of a block's link to a node.</summary>
    public float Distance(int block, int node) => Distances(block)[new ReadOnlySpan<int>(Links(block), Degree).IndexOf(node)];

    public void Dispose() => _distances.Dispose();
}
