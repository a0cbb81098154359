using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Microsoft.ML.Similarity.Neighbors.Vectors;

/// <summary>Inner products of a query's codes, -127 to 127, with rows' codes, 0 to 127.</summary>
/// <remarks>
/// A row's codes serve as a query's too. Lengths are padded with zeros to <see cref="Padding.ForCodes"/>. The range of the rows is
/// what keeps two products within 16 bits, which the widest instructions add in pairs.
/// </remarks>
internal static unsafe class CodeKernels
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int One(sbyte* query, byte* row, int length)
    {
        if (Avx512BW.IsSupported)
            return CodeWidth512.One(query, row, length);
        if (Avx2.IsSupported)
            return CodeWidth256.One(query, row, length);
        return Vector128.IsHardwareAccelerated ? CodeWidth128.One(query, row, length) : CodeWidthScalar.One(query, row, length);
    }

    /// <summary>Four rows; lane i of the result is row i's.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Four(sbyte* query, byte* a, byte* b, byte* c, byte* d, int length)
    {
        if (Avx512BW.IsSupported)
            return CodeWidth512.Four(query, a, b, c, d, length);
        if (Avx2.IsSupported)
            return CodeWidth256.Four(query, a, b, c, d, length);
        return Vector128.IsHardwareAccelerated
            ? CodeWidth128.Four(query, a, b, c, d, length)
            : CodeWidthScalar.Four(query, a, b, c, d, length);
    }
}
