using Microsoft.ML.Runtime;
using Microsoft.ML.Similarity.Training.Storage;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Training;

/// <summary>Rows of one size in the memory of the host, or in a file.</summary>
internal sealed class DenseFeatureStore : HostFeatureStore
{
    // Below, threads cost more than they save.
    private const int BytesWorthThread = 1 << 20;

    private readonly RowBytes _rows;
    private readonly bool _isOnDevice;
    private readonly int _rowsInSegment;

    private DenseFeatureStore(RowBytes rows, int count, int dimension, ScalarType type, Device device)
        : base(count, dimension, type, device)
    {
        _rows = rows;
        _isOnDevice = device.type == DeviceType.CPU;
        _rowsInSegment = rows.SegmentSize / RowSize;
    }

    public override bool IsPrepared => !_rows.IsMapped && _isOnDevice;

    protected override int RowsWorthThread => Math.Max(1, BytesWorthThread / RowSize);

    /// <summary>A store of rows, in the memory of the training device where they fit there.</summary>
    /// <param name="rows">Each is its features, one after another. Owned.</param>
    /// <param name="count">The number of rows.</param>
    /// <param name="dimension">The number of features of a row.</param>
    /// <param name="type">Float32, or Byte for pixels.</param>
    /// <param name="run">Says where batches are wanted.</param>
    /// <exception cref="IOException">The rows outgrew their memory, and no file can be written.</exception>
    public static FeatureStore Create(RowBytes rows, int count, int dimension, ScalarType type, TrainingRun run)
    {
        run.Freeze(rows, count);
        var store = new DenseFeatureStore(rows, count, dimension, type, run.Device);
        if (store._isOnDevice)
            return store;
        if (ResidentFeatureStore.TryCreate(store, run.Device) is { } resident)
        {
            store.Dispose();
            return resident;
        }
        run.Channel.Info(MessageSensitivity.None, "The features of {0} rows do not fit into the memory of {1}: each batch is copied there.", count, run.Device);
        return store;
    }

    public override void Dispose() => _rows.Dispose();

    protected override void Read(int row, Span<byte> target)
    {
        var (segment, place) = Math.DivRem(row, _rowsInSegment);
        _rows.Read((long)segment * _rows.SegmentSize + (long)place * RowSize, RowSize).CopyTo(target);
    }
}
