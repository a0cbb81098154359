using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Similarity.Neighbors.Vectors;

/// <summary>The square of the difference; the sum is the squared Euclidean distance.</summary>
internal readonly struct SquaredDifference : IMetricTerm
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Add<TLanes>(TLanes query, TLanes row, TLanes sum)
        where TLanes : struct, ILanes<TLanes>
    {
        var difference = TLanes.Subtract(query, row);
        return TLanes.MultiplyAdd(difference, difference, sum);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Distance(Vector128<float> sums) => sums;
}
