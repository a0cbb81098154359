using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Similarity.Neighbors.Vectors;

/// <summary>Sums of a query against rows, in the widest vectors of the hardware; the bits do not depend on the width.</summary>
/// <remarks>
/// Rows and queries are padded with zeros to <see cref="Padding.ForFloats"/>. Sums of rows are computed alone or four together with the
/// same result. Arm takes the 128-bit way; it compiles and is untested.
/// </remarks>
internal static unsafe class FloatKernels<TTerm>
    where TTerm : struct, IMetricTerm
{
    /// <param name="query">Padded.</param>
    /// <param name="row">Padded.</param>
    /// <param name="length">A multiple of 16.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float One(float* query, float* row, int length)
    {
        if (Vector512.IsHardwareAccelerated)
            return FloatKernels<TTerm, Lanes512>.One(query, row, length);
        if (Vector256.IsHardwareAccelerated)
            return FloatKernels<TTerm, Lanes256>.One(query, row, length);
        return Vector128.IsHardwareAccelerated
            ? FloatKernels<TTerm, Lanes128>.One(query, row, length)
            : FloatKernels<TTerm, LanesScalar>.One(query, row, length);
    }

    /// <summary>Four rows; lane i of the result is row i's.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Four(float* query, float* a, float* b, float* c, float* d, int length)
    {
        if (Vector512.IsHardwareAccelerated)
            return FloatKernels<TTerm, Lanes512>.Four(query, a, b, c, d, length);
        if (Vector256.IsHardwareAccelerated)
            return FloatKernels<TTerm, Lanes256>.Four(query, a, b, c, d, length);
        return Vector128.IsHardwareAccelerated
            ? FloatKernels<TTerm, Lanes128>.Four(query, a, b, c, d, length)
            : FloatKernels<TTerm, LanesScalar>.Four(query, a, b, c, d, length);
    }
}
