using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Training;

/// <summary>Rows as one [count, dimension] tensor on the training device.</summary>
internal sealed class DenseFeatureStore : FeatureStore
{
    private readonly Tensor _rows;
    private readonly Device _device;

    /// <param name="blocks">Row after row in blocks; each is given up once copied.</param>
    /// <param name="count">The number of rows.</param>
    /// <param name="dimension">The number of features of a row.</param>
    /// <param name="device">Where batches are wanted.</param>
    public DenseFeatureStore(Queue<float[]> blocks, int count, int dimension, Device device)
    {
        Count = count;
        Dimension = dimension;
        _device = device;
        using var scope = NewDisposeScope();
        var rows = empty(count, dimension, device: device);
        for (var start = 0; start < count;)
        {
            using var inner = NewDisposeScope();
            var block = blocks.Dequeue();
            var size = Math.Min(count - start, block.Length / dimension);
            rows.narrow(0, start, size).copy_(tensor(block, block.Length / dimension, dimension).narrow(0, 0, size));
            start += size;
        }
        _rows = rows.DetachFromDisposeScope();
    }

    public override int Count { get; }

    public override int Dimension { get; }

    public override Tensor Gather(ReadOnlySpan<int> rows)
    {
        using var scope = NewDisposeScope();
        return _rows.index_select(0, tensor(rows.ToArray()).to(_device)).MoveToOuterDisposeScope();
    }

    public override void Dispose() => _rows.Dispose();
}
