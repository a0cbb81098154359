using System.Numerics.Tensors;

namespace Microsoft.ML.Similarity.Neighbors.Index;

/// <summary>Vectors gathered one by one, in blocks of memory, so that none is copied when there are more.</summary>
internal sealed class VectorStore(int dimension)
{
    private const int BlockValues = 1 << 22;   // 16 MiB
    private const int LeastRows = 64;

    private readonly List<float[]> _blocks = [];
    private readonly int _blockRows = Math.Max(1, BlockValues / dimension);

    public int Dimension => dimension;

    public int Count { get; private set; }

    /// <summary>Of any value; 0 where there is none.</summary>
    public float LargestMagnitude => _blocks.Count == 0 ? 0 : _blocks.Max(block => MathF.Abs(TensorPrimitives.MaxMagnitude<float>(block)));

    public ReadOnlySpan<float> this[int row] => _blocks[row / _blockRows].AsSpan(row % _blockRows * dimension, dimension);

    /// <summary>Room for one more vector, of zeros.</summary>
    public Span<float> Add()
    {
        var row = Count++ % _blockRows;
        if (row == 0)
            _blocks.Add([]);
        var block = _blocks[^1];
        if (block.Length == row * dimension)
        {
            Array.Resize(ref block, Math.Min(_blockRows, Math.Max(LeastRows, 2 * row)) * dimension);
            _blocks[^1] = block;
        }
        return block.AsSpan(row * dimension, dimension);
    }
}
