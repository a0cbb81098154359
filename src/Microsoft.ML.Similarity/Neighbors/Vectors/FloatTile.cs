using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Similarity.Neighbors.Vectors;

/// <summary>Sums of four queries against four rows: each value loaded serves four times.</summary>
/// <remarks>The bits are those of <see cref="FloatKernels{TTerm}"/>.</remarks>
internal static unsafe class FloatTile<TTerm>
    where TTerm : struct, IMetricTerm
{
    /// <summary>The sixteen sums need as many registers as AVX-512 has to spare.</summary>
    public static bool Pays => Vector512.IsHardwareAccelerated;

    /// <param name="queries">Four padded queries, one after the other.</param>
    /// <param name="rows">Four padded rows, one after the other.</param>
    /// <param name="length">Of each, padded.</param>
    /// <param name="sums">Becomes the sums of each query, lane i those of row i.</param>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Compute<TLanes>(float* queries, float* rows, nint length, Vector128<float>* sums)
        where TLanes : struct, ILanes<TLanes>
    {
        float* q1 = queries + length, q2 = q1 + length, q3 = q2 + length;
        float* b = rows + length, c = b + length, d = c + length;
        TLanes a0 = default, b0 = default, c0 = default, d0 = default, a1 = default, b1 = default, c1 = default, d1 = default;
        TLanes a2 = default, b2 = default, c2 = default, d2 = default, a3 = default, b3 = default, c3 = default, d3 = default;
        for (nint i = 0; i < length; i += Padding.Floats)
        {
            TLanes x0 = TLanes.Load(queries + i), x1 = TLanes.Load(q1 + i), x2 = TLanes.Load(q2 + i), x3 = TLanes.Load(q3 + i);
            var row = TLanes.Load(rows + i);
            a0 = TTerm.Add(x0, row, a0);
            a1 = TTerm.Add(x1, row, a1);
            a2 = TTerm.Add(x2, row, a2);
            a3 = TTerm.Add(x3, row, a3);
            row = TLanes.Load(b + i);
            b0 = TTerm.Add(x0, row, b0);
            b1 = TTerm.Add(x1, row, b1);
            b2 = TTerm.Add(x2, row, b2);
            b3 = TTerm.Add(x3, row, b3);
            row = TLanes.Load(c + i);
            c0 = TTerm.Add(x0, row, c0);
            c1 = TTerm.Add(x1, row, c1);
            c2 = TTerm.Add(x2, row, c2);
            c3 = TTerm.Add(x3, row, c3);
            row = TLanes.Load(d + i);
            d0 = TTerm.Add(x0, row, d0);
            d1 = TTerm.Add(x1, row, d1);
            d2 = TTerm.Add(x2, row, d2);
            d3 = TTerm.Add(x3, row, d3);
        }
        sums[0] = FloatKernels<TTerm, TLanes>.Sums(a0, b0, c0, d0);
        sums[1] = FloatKernels<TTerm, TLanes>.Sums(a1, b1, c1, d1);
        sums[2] = FloatKernels<TTerm, TLanes>.Sums(a2, b2, c2, d2);
        sums[3] = FloatKernels<TTerm, TLanes>.Sums(a3, b3, c3, d3);
    }
}
