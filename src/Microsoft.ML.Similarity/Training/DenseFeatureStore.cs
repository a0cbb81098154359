using Microsoft.ML.Similarity.Training.Storage;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Training;

/// <summary>Rows of one size in the memory of the host, or in a file.</summary>
internal sealed class DenseFeatureStore : FeatureStore
{
    // Below, threads cost more than they save.
    private const int WorthThreads = 1 << 20;

    private readonly RowBytes _rows;
    private readonly Device _device;
    private readonly int _rowSize;
    private readonly int _rowsInSegment;

    /// <param name="rows">Frozen; each row is its features, one after another. Owned.</param>
    /// <param name="count">The number of rows.</param>
    /// <param name="dimension">The number of features of a row.</param>
    /// <param name="device">Where batches are wanted.</param>
    public DenseFeatureStore(RowBytes rows, int count, int dimension, Device device)
    {
        _rows = rows;
        _device = device;
        _rowSize = dimension * sizeof(float);
        _rowsInSegment = rows.SegmentSize / _rowSize;
        Count = count;
        Dimension = dimension;
    }

    public override int Count { get; }

    public override int Dimension { get; }

    public override bool IsPrepared => !_rows.IsMapped && _device.type == DeviceType.CPU;

    public override unsafe Tensor[] Fetch(ReadOnlySpan<int> rows)
    {
        using var scope = NewDisposeScope();
        var batch = empty(rows.Length, Dimension);
        if (rows.Length == 0)
            return [batch.MoveToOuterDisposeScope()];
        // Only from pinned memory is a copy to a GPU made while the host goes on.
        if (_device.type == DeviceType.CUDA)
            batch = batch.pin_memory();
        // The bytes of a tensor are given as a span, which has room for 2 GiB: those of the first row say where the others are.
        fixed (byte* target = batch[0].bytes)
        fixed (int* selected = rows)
        {
            var (to, from) = ((nint)target, (nint)selected);
            var pieces = (int)Math.Min(Environment.ProcessorCount, (long)rows.Length * _rowSize / WorthThreads);
            var count = rows.Length;
            if (pieces <= 1)
                Copy((int*)from, (byte*)to, 0, count);
            else
                Parallel.For(0, pieces, i => Copy((int*)from, (byte*)to, (int)((long)count * i / pieces), (int)((long)count * (i + 1) / pieces)));
        }
        return [batch.MoveToOuterDisposeScope()];
    }

    public override Tensor Upload(Tensor[] fetched) => fetched[0].to(_device, non_blocking: true);

    public override void Dispose() => _rows.Dispose();

    private unsafe void Copy(int* rows, byte* target, int start, int end)
    {
        for (var i = start; i < end; i++)
        {
            var (segment, place) = Math.DivRem(rows[i], _rowsInSegment);
            _rows.Read((long)segment * _rows.SegmentSize + (long)place * _rowSize, _rowSize).CopyTo(new Span<byte>(target + (long)i * _rowSize, _rowSize));
        }
    }
}
