using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Similarity.Neighbors.Vectors;

/// <summary>Several sums of the same rows, each row times a factor of its own in each: as a product of matrices, with rows read in blocks that caches hold.</summary>
/// <remarks>Rows are added in their order by fused multiply-adds, so that neither vectors nor threads change a bit.</remarks>
internal static unsafe class WeightedSums
{
    private const int TileSums = 4;
    private const int TileFloats = 4 * Padding.Floats;
    private const int RowsAtOnce = 512;
    private const int SumsAtOnce = 16;

    /// <param name="rows">The rows.</param>
    /// <param name="factors">Of each row, one for each sum.</param>
    /// <param name="factorStride">From one row's factors to the next one's.</param>
    /// <param name="sums">Become the sums, of the stride of the rows.</param>
    /// <param name="count">How many sums.</param>
    /// <param name="parallel">Threads and cancellation.</param>
    public static void Compute(FloatRows rows, float* factors, int factorStride, float* sums, int count, ParallelOptions parallel)
    {
        for (var sum = 0; sum < count; sum++)
            new Span<float>(sums + ((long)sum * rows.Stride), rows.Stride).Clear();
        var parts = (count + SumsAtOnce - 1) / SumsAtOnce;
        Parallel.For(0, (rows.Stride + TileFloats - 1) / TileFloats * parts, parallel, item =>
        {
            var (column, part) = (item / parts * TileFloats, item % parts * SumsAtOnce);
            for (var first = 0; first < rows.Count; first += RowsAtOnce)
            {
                var some = Math.Min(RowsAtOnce, rows.Count - first);
                Add(rows.Row(first) + column, some, rows.Stride, Math.Min(TileFloats, rows.Stride - column),
                    factors + ((long)first * factorStride) + part, factorStride, sums + ((long)part * rows.Stride) + column, Math.Min(SumsAtOnce, count - part));
            }
        });
    }

    private static void Add(float* rows, int count, int stride, int floats, float* factors, int factorStride, float* sums, int sumCount)
    {
        var sum = 0;
        for (; floats == TileFloats && sum + TileSums <= sumCount; sum += TileSums)
            AddTile(rows, count, stride, factors + sum, factorStride, sums + ((long)sum * stride));
        for (; sum < sumCount; sum++)
        {
            for (var column = 0; column < floats; column += Padding.Floats)
                AddVector(rows + column, count, stride, factors + sum, factorStride, sums + ((long)sum * stride) + column);
        }
    }

    // Four sums of four vectors: each value loaded serves four times.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void AddTile(float* rows, int count, int stride, float* factors, int factorStride, float* sums)
    {
        float* b = sums + stride, c = b + stride, d = c + stride;
        Vector512<float> a0 = Vector512.Load(sums), a1 = Vector512.Load(sums + 16), a2 = Vector512.Load(sums + 32), a3 = Vector512.Load(sums + 48);
        Vector512<float> b0 = Vector512.Load(b), b1 = Vector512.Load(b + 16), b2 = Vector512.Load(b + 32), b3 = Vector512.Load(b + 48);
        Vector512<float> c0 = Vector512.Load(c), c1 = Vector512.Load(c + 16), c2 = Vector512.Load(c + 32), c3 = Vector512.Load(c + 48);
        Vector512<float> d0 = Vector512.Load(d), d1 = Vector512.Load(d + 16), d2 = Vector512.Load(d + 32), d3 = Vector512.Load(d + 48);
        for (; count > 0; count--, rows += stride, factors += factorStride)
        {
            Vector512<float> x0 = Vector512.Load(rows), x1 = Vector512.Load(rows + 16), x2 = Vector512.Load(rows + 32), x3 = Vector512.Load(rows + 48);
            var factor = Vector512.Create(factors[0]);
            a0 = Vector512.FusedMultiplyAdd(factor, x0, a0);
            a1 = Vector512.FusedMultiplyAdd(factor, x1, a1);
            a2 = Vector512.FusedMultiplyAdd(factor, x2, a2);
            a3 = Vector512.FusedMultiplyAdd(factor, x3, a3);
            factor = Vector512.Create(factors[1]);
            b0 = Vector512.FusedMultiplyAdd(factor, x0, b0);
            b1 = Vector512.FusedMultiplyAdd(factor, x1, b1);
            b2 = Vector512.FusedMultiplyAdd(factor, x2, b2);
            b3 = Vector512.FusedMultiplyAdd(factor, x3, b3);
            factor = Vector512.Create(factors[2]);
            c0 = Vector512.FusedMultiplyAdd(factor, x0, c0);
            c1 = Vector512.FusedMultiplyAdd(factor, x1, c1);
            c2 = Vector512.FusedMultiplyAdd(factor, x2, c2);
            c3 = Vector512.FusedMultiplyAdd(factor, x3, c3);
            factor = Vector512.Create(factors[3]);
            d0 = Vector512.FusedMultiplyAdd(factor, x0, d0);
            d1 = Vector512.FusedMultiplyAdd(factor, x1, d1);
            d2 = Vector512.FusedMultiplyAdd(factor, x2, d2);
            d3 = Vector512.FusedMultiplyAdd(factor, x3, d3);
        }
        Store(sums, a0, a1, a2, a3);
        Store(b, b0, b1, b2, b3);
        Store(c, c0, c1, c2, c3);
        Store(d, d0, d1, d2, d3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(float* sum, Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d)
    {
        a.Store(sum);
        b.Store(sum + 16);
        c.Store(sum + 32);
        d.Store(sum + 48);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void AddVector(float* rows, int count, int stride, float* factors, int factorStride, float* sum)
    {
        var total = Vector512.Load(sum);
        for (; count > 0; count--, rows += stride, factors += factorStride)
            total = Vector512.FusedMultiplyAdd(Vector512.Create(*factors), Vector512.Load(rows), total);
        total.Store(sum);
    }
}
