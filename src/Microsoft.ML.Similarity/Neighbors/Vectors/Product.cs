using System.Runtime.CompilerServices;

namespace Microsoft.ML.Similarity.Neighbors.Vectors;

/// <summary>The product; the sum is the inner product.</summary>
internal readonly struct Product : IMetricTerm
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Add<TLanes>(TLanes query, TLanes row, TLanes sum)
        where TLanes : struct, ILanes<TLanes> => TLanes.MultiplyAdd(query, row, sum);
}
