using System.Runtime.Intrinsics;

namespace Microsoft.ML.Similarity.Neighbors.Vectors;

/// <summary>What one coordinate adds to the sum that a metric compares, and the distance that the sum stands for.</summary>
internal interface IMetricTerm
{
    static abstract TLanes Add<TLanes>(TLanes query, TLanes row, TLanes sum)
        where TLanes : struct, ILanes<TLanes>;

    /// <summary>Smaller is nearer, and never NaN.</summary>
    static abstract Vector128<float> Distance(Vector128<float> sums);
}
