using System.Runtime.Intrinsics;

namespace Microsoft.ML.Similarity.Neighbors.Vectors;

/// <summary>Sixteen floats, in as many vectors of the hardware as they need.</summary>
/// <remarks>
/// The one order of accumulation of this library: element i of a row goes to sum i mod 16 by a fused multiply-add, and the sixteen
/// sums are folded in halves, upper onto lower, until one is left. Every width therefore gives the same bits.
/// </remarks>
internal unsafe interface ILanes<TSelf>
    where TSelf : struct, ILanes<TSelf>
{
    static abstract TSelf Load(float* source);

    static abstract TSelf Subtract(TSelf left, TSelf right);

    /// <summary>left · right + sum, rounded once.</summary>
    static abstract TSelf MultiplyAdd(TSelf left, TSelf right, TSelf sum);

    /// <summary>The upper half onto the lower, twice: sums i, i + 4, i + 8 and i + 12 in lane i.</summary>
    static abstract Vector128<float> Fold(TSelf sum);
}
