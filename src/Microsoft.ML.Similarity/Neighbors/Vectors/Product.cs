using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Similarity.Neighbors.Vectors;

/// <summary>The product; the sum is the inner product, and the distance minus that.</summary>
internal readonly struct Product : IMetricTerm
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Add<TLanes>(TLanes query, TLanes row, TLanes sum)
        where TLanes : struct, ILanes<TLanes> => TLanes.MultiplyAdd(query, row, sum);

    // Products too large for a float may cancel to NaN, which no comparison could order.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Distance(Vector128<float> sums) =>
        Vector128.ConditionalSelect(Vector128.Equals(sums, sums), -sums, Vector128.Create(float.PositiveInfinity));
}
