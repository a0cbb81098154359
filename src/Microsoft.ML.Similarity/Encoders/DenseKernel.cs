using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Microsoft.ML.Similarity.Encoders;

/// <summary>Rows times a layer's weights. Every output adds its inputs in the same order in all variants, so they agree bit for bit.</summary>
internal static class DenseKernel
{
    /// <summary>Rows evaluated together; four rows by two vectors of sums leave the registers room for the weights.</summary>
    public const int TileRows = 4;

    /// <param name="rows">[count, inputRow] values.</param>
    /// <param name="count">1 to <see cref="TileRows"/> rows.</param>
    /// <param name="layer">The weights.</param>
    /// <param name="outputs">[count, stride] sums, bias included.</param>
    /// <param name="inputStride">Values from one row to the next; 0 means the layer's inputs.</param>
    public static void Multiply(ReadOnlySpan<float> rows, int count, DenseLayer layer, Span<float> outputs, int inputStride = 0)
    {
        inputStride = inputStride == 0 ? layer.Inputs : inputStride;
        if (rows.Length < (count - 1) * inputStride + layer.Inputs || outputs.Length < count * layer.Stride)
            throw new ArgumentException("The rows or outputs are shorter than the layer asks for.", nameof(rows));
        if (count == TileRows)
        {
            MultiplyTile(rows, inputStride, layer, outputs);
            return;
        }
        for (var row = 0; row < count; row++)
            MultiplyRow(rows.Slice(row * inputStride, layer.Inputs), layer, outputs.Slice(row * layer.Stride, layer.Stride));
    }

    /// <summary>One sparse row: stored values by slot. The zeros left out would have added nothing.</summary>
    public static void MultiplySparse(ReadOnlySpan<float> values, ReadOnlySpan<int> slots, DenseLayer layer, Span<float> outputs)
    {
        layer.Bias.CopyTo(outputs);
        var sums = MemoryMarshal.Cast<float, Vector<float>>(outputs[..layer.Stride]);
        for (var i = 0; i < values.Length; i++)
        {
            var value = new Vector<float>(values[i]);
            var weights = MemoryMarshal.Cast<float, Vector<float>>(layer.Weights.AsSpan(slots[i] * layer.Stride, layer.Stride));
            for (var v = 0; v < sums.Length; v++)
                sums[v] = Vector.MultiplyAddEstimate(value, weights[v], sums[v]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MultiplyTile(ReadOnlySpan<float> rows, int inputStride, DenseLayer layer, Span<float> outputs)
    {
        var width = Vector<float>.Count;
        var stride = layer.Stride;
        ref var x0 = ref MemoryMarshal.GetReference(rows);
        ref var x1 = ref Unsafe.Add(ref x0, inputStride);
        ref var x2 = ref Unsafe.Add(ref x1, inputStride);
        ref var x3 = ref Unsafe.Add(ref x2, inputStride);
        ref var y = ref MemoryMarshal.GetReference(outputs);
        ref var bias = ref MemoryMarshal.GetArrayDataReference(layer.Bias);
        ref var weights = ref MemoryMarshal.GetArrayDataReference(layer.Weights);
        var o = 0;
        for (; o + 2 * width <= stride; o += 2 * width)
        {
            var (b0, b1) = (Load(ref bias, o), Load(ref bias, o + width));
            var (s00, s01, s10, s11, s20, s21, s30, s31) = (b0, b1, b0, b1, b0, b1, b0, b1);
            var at = o;
            for (var i = 0; i < layer.Inputs; i++, at += stride)
            {
                var (w0, w1) = (Load(ref weights, at), Load(ref weights, at + width));
                var v = new Vector<float>(Unsafe.Add(ref x0, i));
                s00 = Vector.MultiplyAddEstimate(v, w0, s00);
                s01 = Vector.MultiplyAddEstimate(v, w1, s01);
                v = new Vector<float>(Unsafe.Add(ref x1, i));
                s10 = Vector.MultiplyAddEstimate(v, w0, s10);
                s11 = Vector.MultiplyAddEstimate(v, w1, s11);
                v = new Vector<float>(Unsafe.Add(ref x2, i));
                s20 = Vector.MultiplyAddEstimate(v, w0, s20);
                s21 = Vector.MultiplyAddEstimate(v, w1, s21);
                v = new Vector<float>(Unsafe.Add(ref x3, i));
                s30 = Vector.MultiplyAddEstimate(v, w0, s30);
                s31 = Vector.MultiplyAddEstimate(v, w1, s31);
            }
            Store(s00, ref y, o);
            Store(s01, ref y, o + width);
            Store(s10, ref y, stride + o);
            Store(s11, ref y, stride + o + width);
            Store(s20, ref y, 2 * stride + o);
            Store(s21, ref y, 2 * stride + o + width);
            Store(s30, ref y, 3 * stride + o);
            Store(s31, ref y, 3 * stride + o + width);
        }
        if (o < stride)
        {
            for (var row = 0; row < TileRows; row++)
                MultiplyColumn(ref Unsafe.Add(ref x0, row * inputStride), layer, o, ref Unsafe.Add(ref y, row * stride));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MultiplyRow(ReadOnlySpan<float> row, DenseLayer layer, Span<float> outputs)
    {
        var width = Vector<float>.Count;
        var stride = layer.Stride;
        ref var x = ref MemoryMarshal.GetReference(row);
        ref var y = ref MemoryMarshal.GetReference(outputs);
        ref var bias = ref MemoryMarshal.GetArrayDataReference(layer.Bias);
        ref var weights = ref MemoryMarshal.GetArrayDataReference(layer.Weights);
        var o = 0;
        for (; o + 4 * width <= stride; o += 4 * width)
        {
            var (s0, s1) = (Load(ref bias, o), Load(ref bias, o + width));
            var (s2, s3) = (Load(ref bias, o + 2 * width), Load(ref bias, o + 3 * width));
            var at = o;
            for (var i = 0; i < layer.Inputs; i++, at += stride)
            {
                var v = new Vector<float>(Unsafe.Add(ref x, i));
                s0 = Vector.MultiplyAddEstimate(v, Load(ref weights, at), s0);
                s1 = Vector.MultiplyAddEstimate(v, Load(ref weights, at + width), s1);
                s2 = Vector.MultiplyAddEstimate(v, Load(ref weights, at + 2 * width), s2);
                s3 = Vector.MultiplyAddEstimate(v, Load(ref weights, at + 3 * width), s3);
            }
            Store(s0, ref y, o);
            Store(s1, ref y, o + width);
            Store(s2, ref y, o + 2 * width);
            Store(s3, ref y, o + 3 * width);
        }
        for (; o < stride; o += width)
            MultiplyColumn(ref x, layer, o, ref y);
    }

    // One vector of outputs of one row.
    private static void MultiplyColumn(ref float x, DenseLayer layer, int o, ref float y)
    {
        var sum = Load(ref MemoryMarshal.GetArrayDataReference(layer.Bias), o);
        ref var weights = ref MemoryMarshal.GetArrayDataReference(layer.Weights);
        var at = o;
        for (var i = 0; i < layer.Inputs; i++, at += layer.Stride)
            sum = Vector.MultiplyAddEstimate(new Vector<float>(Unsafe.Add(ref x, i)), Load(ref weights, at), sum);
        Store(sum, ref y, o);
    }

    private static Vector<float> Load(ref float origin, int offset) => Vector.LoadUnsafe(ref origin, (nuint)offset);

    private static void Store(Vector<float> vector, ref float origin, int offset) => vector.StoreUnsafe(ref origin, (nuint)offset);
}
