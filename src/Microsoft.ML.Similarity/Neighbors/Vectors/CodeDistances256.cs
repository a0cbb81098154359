using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Microsoft.ML.Similarity.Neighbors.Vectors;

/// <summary>Vectors of 32 codes, by AVX2.</summary>
internal static unsafe class CodeDistances256
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int One(byte* target, byte* row, int length)
    {
        var sum = Vector256<int>.Zero;
        for (var i = 0; i < length; i += 32)
            sum += Squares(Vector256.Load((sbyte*)target + i), row + i);
        return Vector256.Sum(sum);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Four(byte* target, byte* a, byte* b, byte* c, byte* d, int length)
    {
        Vector256<int> sumA = default, sumB = default, sumC = default, sumD = default;
        for (var i = 0; i < length; i += 32)
        {
            var t = Vector256.Load((sbyte*)target + i);
            sumA += Squares(t, a + i);
            sumB += Squares(t, b + i);
            sumC += Squares(t, c + i);
            sumD += Squares(t, d + i);
        }
        return Sums(sumA, sumB, sumC, sumD);
    }

    /// <summary>Of each, the sum of its lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector128<int> Sums(Vector256<int> a, Vector256<int> b, Vector256<int> c, Vector256<int> d)
    {
        var halves = Avx2.HorizontalAdd(Avx2.HorizontalAdd(a, b), Avx2.HorizontalAdd(c, d));
        return halves.GetLower() + halves.GetUpper();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<int> Squares(Vector256<sbyte> target, byte* row)
    {
        var difference = Vector256.Abs(target - Vector256.Load((sbyte*)row));
        return Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(difference.AsByte(), difference), Vector256<short>.One);
    }
}
