using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Similarity.Neighbors.Vectors;

/// <summary>The kernels of one width; <see cref="FloatKernels{TTerm}"/> chooses among them.</summary>
/// <remarks>Compiled well from the first call on, whoever calls: where their small parts are still called one by one, the first build of an index takes half a second longer.</remarks>
internal static unsafe class FloatKernels<TTerm, TLanes>
    where TTerm : struct, IMetricTerm
    where TLanes : struct, ILanes<TLanes>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining | MethodImplOptions.AggressiveOptimization)]
    public static float One(float* query, float* row, int length)
    {
        TLanes sum = default;
        for (var i = 0; i < length; i += Padding.Floats)
            sum = TTerm.Add(TLanes.Load(query + i), TLanes.Load(row + i), sum);
        var four = TLanes.Fold(sum);
        return (four[0] + four[2]) + (four[1] + four[3]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining | MethodImplOptions.AggressiveOptimization)]
    public static Vector128<float> Four(float* query, float* a, float* b, float* c, float* d, int length)
    {
        TLanes sumA = default, sumB = default, sumC = default, sumD = default;
        for (var i = 0; i < length; i += Padding.Floats)
        {
            var q = TLanes.Load(query + i);
            sumA = TTerm.Add(q, TLanes.Load(a + i), sumA);
            sumB = TTerm.Add(q, TLanes.Load(b + i), sumB);
            sumC = TTerm.Add(q, TLanes.Load(c + i), sumC);
            sumD = TTerm.Add(q, TLanes.Load(d + i), sumD);
        }
        return Sums(sumA, sumB, sumC, sumD);
    }

    /// <summary>The sum of each one's lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Sums(TLanes a, TLanes b, TLanes c, TLanes d) =>
        SumOfLanes(TLanes.Fold(a), TLanes.Fold(b), TLanes.Fold(c), TLanes.Fold(d));

    // Of each, lanes (0 + 2) + (1 + 3), as One has it.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> SumOfLanes(Vector128<float> a, Vector128<float> b, Vector128<float> c, Vector128<float> d)
    {
        var ab = Transposed.Low(a, b) + Transposed.High(a, b);
        var cd = Transposed.Low(c, d) + Transposed.High(c, d);
        return Transposed.Lows(ab, cd) + Transposed.Highs(ab, cd);
    }
}
