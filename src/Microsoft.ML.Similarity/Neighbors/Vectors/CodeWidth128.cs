using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Similarity.Neighbors.Vectors;

/// <summary>Vectors of 16 codes, on any hardware that has 128 bits.</summary>
internal readonly unsafe struct CodeWidth128 : ICodeWidth
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int One(sbyte* query, byte* row, int length)
    {
        var sum = Vector128<int>.Zero;
        for (var i = 0; i < length; i += 16)
            sum += Products(Vector128.Load(query + i), row + i);
        return Vector128.Sum(sum);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Four(sbyte* query, byte* a, byte* b, byte* c, byte* d, int length)
    {
        Vector128<int> sumA = default, sumB = default, sumC = default, sumD = default;
        for (var i = 0; i < length; i += 16)
        {
            var q = Vector128.Load(query + i);
            sumA += Products(q, a + i);
            sumB += Products(q, b + i);
            sumC += Products(q, c + i);
            sumD += Products(q, d + i);
        }
        return Vector128.Create(Vector128.Sum(sumA), Vector128.Sum(sumB), Vector128.Sum(sumC), Vector128.Sum(sumD));
    }

    // A product has at most 14 bits and a sign, and so has room for one more beside it.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Products(Vector128<sbyte> query, byte* row)
    {
        var codes = Vector128.Load((sbyte*)row);
        var lower = Vector128.WidenLower(query) * Vector128.WidenLower(codes);
        var pairs = lower + (Vector128.WidenUpper(query) * Vector128.WidenUpper(codes));
        return Vector128.WidenLower(pairs) + Vector128.WidenUpper(pairs);
    }
}
