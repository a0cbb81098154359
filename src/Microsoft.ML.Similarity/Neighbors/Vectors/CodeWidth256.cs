using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Microsoft.ML.Similarity.Neighbors.Vectors;

/// <summary>Vectors of 32 codes, by AVX2.</summary>
internal readonly unsafe struct CodeWidth256 : ICodeWidth
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int One(sbyte* query, byte* row, int length)
    {
        var sum = Vector256<int>.Zero;
        for (var i = 0; i < length; i += 32)
            sum += Products(Vector256.Load(query + i), row + i);
        return Vector256.Sum(sum);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Four(sbyte* query, byte* a, byte* b, byte* c, byte* d, int length)
    {
        Vector256<int> sumA = default, sumB = default, sumC = default, sumD = default;
        for (var i = 0; i < length; i += 32)
        {
            var q = Vector256.Load(query + i);
            sumA += Products(q, a + i);
            sumB += Products(q, b + i);
            sumC += Products(q, c + i);
            sumD += Products(q, d + i);
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
    internal static Vector256<int> Products(Vector256<sbyte> query, byte* row) =>
        Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(Vector256.Load(row), query), Vector256<short>.One);
}
