using System.Buffers;
using System.Numerics.Tensors;

namespace Microsoft.ML.Similarity.Images;

/// <summary>
/// One direction of resizing: each target pixel is a weighted mean of source pixels, with the weights of linear interpolation, spread over all the
/// source pixels it stands for where the picture gets smaller (antialiasing), as Pillow's and torchvision's bilinear resizing has them.
/// </summary>
internal sealed class Resampling
{
    private readonly int _source;
    private readonly int[] _starts;
    private readonly float[][] _weights;

    /// <param name="source">The source pixels in this direction.</param>
    /// <param name="target">The target pixels.</param>
    /// <param name="scale">The source pixels to a target pixel; where the target does not need them all, the middle ones are taken.</param>
    public Resampling(int source, int target, double scale)
    {
        _source = source;
        _starts = new int[target];
        _weights = new float[target][];
        var first = (source - target * scale) / 2;
        var reach = Math.Max(1, scale);
        for (var i = 0; i < target; i++)
        {
            var center = first + (i + 0.5) * scale;
            var start = Math.Clamp((int)Math.Floor(center - reach + 0.5), 0, source - 1);
            var end = Math.Clamp((int)Math.Floor(center + reach + 0.5), start + 1, source);
            var weights = new double[end - start];
            for (var k = 0; k < weights.Length; k++)
                weights[k] = Math.Max(0, 1 - Math.Abs(start + k + 0.5 - center) / reach);
            var sum = weights.Sum();
            _starts[i] = start;
            _weights[i] = Array.ConvertAll(weights, weight => (float)(weight / sum));
        }
    }

    private int Target => _starts.Length;

    /// <summary>The first source pixel used, and the one after the last.</summary>
    private (int Start, int End) Used => (_starts[0], _starts[^1] + _weights[^1].Length);

    /// <summary>Resizes one channel.</summary>
    /// <param name="source">Row after row.</param>
    /// <param name="across">Along a row.</param>
    /// <param name="down">Along a column.</param>
    /// <param name="target">Row after row.</param>
    public static void Apply(ReadOnlySpan<byte> source, Resampling across, Resampling down, Span<byte> target)
    {
        var width = across.Target;
        var (top, bottom) = down.Used;
        var (left, right) = across.Used;
        var stride = source.Length / down._source;
        var size = width * (bottom - top);
        var rented = ArrayPool<float>.Shared.Rent(size + right + width);
        var narrowed = rented.AsSpan(0, size);
        var wide = rented.AsSpan(size, right);
        var sum = rented.AsSpan(size + right, width);
        for (var row = top; row < bottom; row++)
        {
            TensorPrimitives.ConvertTruncating(source.Slice(row * stride + left, right - left), wide[left..]);
            var line = narrowed.Slice((row - top) * width, width);
            for (var x = 0; x < width; x++)
                line[x] = TensorPrimitives.Dot(wide.Slice(across._starts[x], across._weights[x].Length), across._weights[x]);
        }
        for (var y = 0; y < down.Target; y++)
        {
            sum.Fill(0.5f);
            for (var k = 0; k < down._weights[y].Length; k++)
                TensorPrimitives.MultiplyAdd(narrowed.Slice((down._starts[y] + k - top) * width, width), down._weights[y][k], sum, sum);
            TensorPrimitives.ConvertSaturating<float, byte>(sum, target.Slice(y * width, width));
        }
        ArrayPool<float>.Shared.Return(rented);
    }
}
