using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Training;

/// <summary>Rows as one [count, dimension] tensor in the memory of a GPU, of floats or of pixels.</summary>
internal sealed class ResidentFeatureStore : FeatureStore
{
    private const int BytesAtOnce = 1 << 26;

    // What the data must leave to the network, its activations and the optimizer.
    private const long Reserve = 1L << 30;

    private readonly Tensor _rows;
    private readonly Device _device;

    private ResidentFeatureStore(Tensor rows, Device device)
    {
        _rows = rows;
        _device = device;
    }

    public override int Count => (int)_rows.shape[0];

    public override int Dimension => (int)_rows.shape[1];

    /// <summary>Copies all rows to the device, if it has the memory for them and a GiB to spare; null otherwise.</summary>
    /// <param name="rows">The rows, which give their batches on the device; not disposed.</param>
    /// <param name="device">A GPU.</param>
    public static ResidentFeatureStore? TryCreate(DenseFeatureStore rows, Device device)
    {
        using var scope = NewDisposeScope();
        if (GpuMemory.TryTake(rows.Count, rows.Dimension, rows.Type, device, Reserve) is not { } all)
            return null;
        var rowsAtOnce = Math.Max(1, BytesAtOnce / (rows.Dimension * (int)all.element_size()));
        for (var start = 0; start < rows.Count; start += rowsAtOnce)
        {
            using var inner = NewDisposeScope();
            var size = Math.Min(rowsAtOnce, rows.Count - start);
            all.narrow(0, start, size).copy_(rows.Fetch([.. Enumerable.Range(start, size)])[0]);
        }
        return new ResidentFeatureStore(all.DetachFromDisposeScope(), device);
    }

    public override bool IsOnDevice => true;

    public override Tensor[] Fetch(ReadOnlySpan<int> rows) => [TrainingBatch.IndexOf(rows.ToArray())];

    public override Tensor Upload(Tensor[] fetched)
    {
        using var index = fetched[0].to(_device, non_blocking: true);
        return GatherAt(index);
    }

    public override Tensor GatherAt(Tensor rows) => HostFeatureStore.AsFeatures(_rows.index_select(0, rows));

    public override void Dispose() => _rows.Dispose();
}
