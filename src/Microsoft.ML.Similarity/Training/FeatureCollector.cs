using Microsoft.ML.Data;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Training;

/// <summary>Collects the rows of a <see cref="FeatureStore"/>: dense or sparse, as the first row suggests.</summary>
internal sealed class FeatureCollector(int dimension)
{
    private const int BlockValues = 1 << 20;

    // A sparse row costs 8 bytes a stored value, a dense one 4 a slot.
    private const double WorthSparse = 0.25;

    private readonly Queue<float[]> _blocks = [];
    private readonly List<(int[], float[])> _sparse = [];
    private float[] _block = [];
    private int _used;
    private int _count;
    private bool _isSparse;

    public int Count => _count;

    public void Add(in VBuffer<float> row)
    {
        if (_count++ == 0)
            _isSparse = !row.IsDense && row.GetValues().Length < WorthSparse * dimension;
        if (_isSparse)
            _sparse.Add(row.IsDense ? NonZero(row.GetValues()) : (row.GetIndices().ToArray(), row.GetValues().ToArray()));
        else
            row.CopyTo(Next());
    }

    public FeatureStore ToStore(Device device) =>
        _isSparse ? new SparseFeatureStore(_sparse, dimension, device) : new DenseFeatureStore(_blocks, _count, dimension, device);

    private Span<float> Next()
    {
        if (_used == _block.Length)
        {
            // Blocks grow from small, so that few rows do not cost a large one.
            var rows = Math.Clamp(_count, 1, Math.Max(1, BlockValues / dimension));
            _blocks.Enqueue(_block = new float[rows * dimension]);
            _used = 0;
        }
        _used += dimension;
        return _block.AsSpan(_used - dimension, dimension);
    }

    private static (int[], float[]) NonZero(ReadOnlySpan<float> row)
    {
        var slots = new List<int>();
        var values = new List<float>();
        for (var i = 0; i < row.Length; i++)
        {
            if (row[i] == 0)
                continue;
            slots.Add(i);
            values.Add(row[i]);
        }
        return ([.. slots], [.. values]);
    }
}
