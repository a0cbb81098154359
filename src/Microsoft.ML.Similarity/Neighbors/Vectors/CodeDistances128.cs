using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Similarity.Neighbors.Vectors;

/// <summary>Vectors of 16 codes, on any hardware: where there is none of 128 bits, the runtime takes them apart.</summary>
internal static unsafe class CodeDistances128
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int One(byte* target, byte* row, int length)
    {
        var sum = Vector128<int>.Zero;
        for (var i = 0; i < length; i += 16)
            sum += Squares(Vector128.Load((sbyte*)target + i), row + i);
        return Vector128.Sum(sum);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Four(byte* target, byte* a, byte* b, byte* c, byte* d, int length)
    {
        Vector128<int> sumA = default, sumB = default, sumC = default, sumD = default;
        for (var i = 0; i < length; i += 16)
        {
            var t = Vector128.Load((sbyte*)target + i);
            sumA += Squares(t, a + i);
            sumB += Squares(t, b + i);
            sumC += Squares(t, c + i);
            sumD += Squares(t, d + i);
        }
        return Vector128.Create(Vector128.Sum(sumA), Vector128.Sum(sumB), Vector128.Sum(sumC), Vector128.Sum(sumD));
    }

    // A square has at most 14 bits, and so there is room for two.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Squares(Vector128<sbyte> target, byte* row)
    {
        var difference = target - Vector128.Load((sbyte*)row);
        Vector128<short> lower = Vector128.WidenLower(difference), upper = Vector128.WidenUpper(difference);
        var pairs = (lower * lower) + (upper * upper);
        return Vector128.WidenLower(pairs) + Vector128.WidenUpper(pairs);
    }
}
