using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Microsoft.ML.Similarity.Neighbors.Vectors;

/// <summary>Squared Euclidean distances of codes, 0 to 127.</summary>
/// <remarks>
/// Lengths are padded with equal codes to <see cref="Padding.ForCodes"/>. The range keeps two squares within 16 bits. Whole numbers:
/// every width gives the same.
/// </remarks>
internal static unsafe class CodeDistances
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int One(byte* target, byte* row, int length)
    {
        if (Avx512BW.IsSupported)
            return CodeDistances512.One(target, row, length);
        if (Avx2.IsSupported)
            return CodeDistances256.One(target, row, length);
        return CodeDistances128.One(target, row, length);
    }

    /// <summary>Four rows; lane i of the result is row i's.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Four(byte* target, byte* a, byte* b, byte* c, byte* d, int length)
    {
        if (Avx512BW.IsSupported)
            return CodeDistances512.Four(target, a, b, c, d, length);
        if (Avx2.IsSupported)
            return CodeDistances256.Four(target, a, b, c, d, length);
        return CodeDistances128.Four(target, a, b, c, d, length);
    }
}
