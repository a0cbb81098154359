using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Miners;

/// <summary>What triplets of chosen pairs must fulfil besides; held in O(B²) memory and evaluated for some anchors at a time.</summary>
public abstract class TripletCondition
{
    private protected TripletCondition()
    {
    }

    /// <summary>Which triplets of some anchors fulfil the condition.</summary>
    /// <param name="start">The first anchor.</param>
    /// <param name="count">The number of anchors b.</param>
    /// <param name="positive">[b, p] numbers of the columns of the positives looked at.</param>
    /// <returns>[b, p, R] Booleans.</returns>
    internal abstract Tensor Contains(long start, long count, Tensor positive);
}
