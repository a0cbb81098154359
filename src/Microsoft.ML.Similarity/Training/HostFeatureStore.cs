using Microsoft.ML.Similarity.Images;
using TorchSharp;
using static Microsoft.ML.Similarity.Tensors.Numbers;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Training;

/// <summary>Rows that the host lays side by side, by several threads where that is worth it: of floats, or of pixels, which become floats on the device.</summary>
/// <param name="count">The number of rows.</param>
/// <param name="dimension">The number of features of a row.</param>
/// <param name="type">Float32, or Byte for pixels.</param>
/// <param name="device">Where batches are wanted.</param>
internal abstract class HostFeatureStore(int count, int dimension, ScalarType type, Device device) : FeatureStore
{
    public override int Count => count;

    public override int Dimension => dimension;

    /// <summary>Float32, or Byte for pixels.</summary>
    public ScalarType Type => type;

    /// <summary>The bytes of a row.</summary>
    protected int RowSize { get; } = dimension * (type == ScalarType.Byte ? sizeof(byte) : sizeof(float));

    /// <summary>The fewest rows that are worth a thread.</summary>
    protected abstract int RowsWorthThread { get; }

    /// <summary>Values as features: pixels are brought to 0..1.</summary>
    /// <param name="values">Float32, which are given back, or Byte for pixels.</param>
    public static Tensor AsFeatures(Tensor values)
    {
        if (values.dtype == ScalarType.Float32)
            return values;
        using var scope = NewDisposeScope();
        return values.to(ScalarType.Float32).mul_(Number(PictureDecoder.Share)).MoveToOuterDisposeScope();
    }

    public sealed override unsafe Tensor[] Fetch(ReadOnlySpan<int> rows)
    {
        using var scope = NewDisposeScope();
        var batch = empty(rows.Length, dimension, dtype: type);
        if (rows.Length == 0)
            return [batch.MoveToOuterDisposeScope()];
        // Only from pinned memory is a copy to a GPU made while the host goes on.
        if (device.type == DeviceType.CUDA)
            batch = batch.pin_memory();
        // The bytes of a tensor are given as a span, which has room for 2 GiB: those of the first row say where the others are.
        fixed (byte* target = batch[0].bytes)
        fixed (int* selected = rows)
        {
            var (to, from) = ((nint)target, (nint)selected);
            var pieces = Math.Min(Environment.ProcessorCount, rows.Length / RowsWorthThread);
            var length = rows.Length;
            if (pieces <= 1)
                Copy((int*)from, (byte*)to, 0, length);
            else
                Parallel.For(0, pieces, i => Copy((int*)from, (byte*)to, (int)((long)length * i / pieces), (int)((long)length * (i + 1) / pieces)));
        }
        return [batch.MoveToOuterDisposeScope()];
    }

    public sealed override Tensor Upload(Tensor[] fetched) => AsFeatures(fetched[0].to(device, non_blocking: true));

    /// <summary>Writes a row's values.</summary>
    protected abstract void Read(int row, Span<byte> target);

    private unsafe void Copy(int* rows, byte* target, int start, int end)
    {
        for (var i = start; i < end; i++)
            Read(rows[i], new Span<byte>(target + (long)i * RowSize, RowSize));
    }
}
