using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Microsoft.ML.Similarity.Neighbors.Vectors;

/// <summary>Vectors of 64 codes, by AVX-512BW, and one of 32 at the end of an odd length.</summary>
internal readonly unsafe struct CodeWidth512 : ICodeWidth
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int One(sbyte* query, byte* row, int length)
    {
        var sum = Vector512<int>.Zero;
        var i = 0;
        for (; i + 64 <= length; i += 64)
            sum += Products(Vector512.Load(query + i), row + i);
        var half = sum.GetLower() + sum.GetUpper();
        if (i < length)
            half += CodeWidth256.Products(Vector256.Load(query + i), row + i);
        return Vector256.Sum(half);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Four(sbyte* query, byte* a, byte* b, byte* c, byte* d, int length)
    {
        Vector512<int> sumA = default, sumB = default, sumC = default, sumD = default;
        var i = 0;
        for (; i + 64 <= length; i += 64)
        {
            var q = Vector512.Load(query + i);
            sumA += Products(q, a + i);
            sumB += Products(q, b + i);
            sumC += Products(q, c + i);
            sumD += Products(q, d + i);
        }
        var halfA = sumA.GetLower() + sumA.GetUpper();
        var halfB = sumB.GetLower() + sumB.GetUpper();
        var halfC = sumC.GetLower() + sumC.GetUpper();
        var halfD = sumD.GetLower() + sumD.GetUpper();
        if (i < length)
        {
            var q = Vector256.Load(query + i);
            halfA += CodeWidth256.Products(q, a + i);
            halfB += CodeWidth256.Products(q, b + i);
            halfC += CodeWidth256.Products(q, c + i);
            halfD += CodeWidth256.Products(q, d + i);
        }
        return CodeWidth256.Sums(halfA, halfB, halfC, halfD);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Products(Vector512<sbyte> query, byte* row) =>
        Avx512BW.MultiplyAddAdjacent(Avx512BW.MultiplyAddAdjacent(Vector512.Load(row), query), Vector512<short>.One);
}
