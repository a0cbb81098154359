using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Microsoft.ML.Similarity.Neighbors.Vectors;

/// <summary>Vectors of 64 codes, by AVX-512BW, and one of 32 at the end of an odd length.</summary>
internal static unsafe class CodeDistances512
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int One(byte* target, byte* row, int length)
    {
        var sum = Vector512<int>.Zero;
        var i = 0;
        for (; i + 64 <= length; i += 64)
            sum += Squares(Vector512.Load((sbyte*)target + i), row + i);
        var half = sum.GetLower() + sum.GetUpper();
        if (i < length)
            half += CodeDistances256.Squares(Vector256.Load((sbyte*)target + i), row + i);
        return Vector256.Sum(half);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Four(byte* target, byte* a, byte* b, byte* c, byte* d, int length)
    {
        Vector512<int> sumA = default, sumB = default, sumC = default, sumD = default;
        var i = 0;
        for (; i + 64 <= length; i += 64)
        {
            var t = Vector512.Load((sbyte*)target + i);
            sumA += Squares(t, a + i);
            sumB += Squares(t, b + i);
            sumC += Squares(t, c + i);
            sumD += Squares(t, d + i);
        }
        var halfA = sumA.GetLower() + sumA.GetUpper();
        var halfB = sumB.GetLower() + sumB.GetUpper();
        var halfC = sumC.GetLower() + sumC.GetUpper();
        var halfD = sumD.GetLower() + sumD.GetUpper();
        if (i < length)
        {
            var t = Vector256.Load((sbyte*)target + i);
            halfA += CodeDistances256.Squares(t, a + i);
            halfB += CodeDistances256.Squares(t, b + i);
            halfC += CodeDistances256.Squares(t, c + i);
            halfD += CodeDistances256.Squares(t, d + i);
        }
        return CodeDistances256.Sums(halfA, halfB, halfC, halfD);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Squares(Vector512<sbyte> target, byte* row)
    {
        var difference = Vector512.Abs(target - Vector512.Load((sbyte*)row));
        return Avx512BW.MultiplyAddAdjacent(Avx512BW.MultiplyAddAdjacent(difference.AsByte(), difference), Vector512<short>.One);
    }
}
