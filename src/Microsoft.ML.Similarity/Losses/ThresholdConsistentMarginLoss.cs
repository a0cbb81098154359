using Microsoft.ML.Similarity.Miners;
using static Microsoft.ML.Similarity.Tensors.Numbers;
using static Microsoft.ML.Similarity.Tensors.Ranges;

namespace Microsoft.ML.Similarity.Losses;

/// <summary>
/// Only pairs beyond two fixed cosines have a loss, so that one threshold serves all classes.
/// </summary>
/// <remarks>
/// λ⁺ times the mean of m⁺ - s over positive pairs with s ≤ m⁺, plus λ⁻ times the mean of s - m⁻ over negative pairs with s ≥ m⁻. Zhang et al.,
/// "Threshold-Consistent Margin Loss for Open-World Deep Metric Learning" (2023), who add it to another loss. O(B²) memory.
/// </remarks>
public sealed record ThresholdConsistentMarginLoss : Loss
{
    /// <summary>λ⁺, at least 0. Default 1.</summary>
    public double PositiveWeight { get; init => field = AtLeast(value, 0, nameof(PositiveWeight)); } = 1;

    /// <summary>λ⁻, at least 0. Default 1.</summary>
    public double NegativeWeight { get; init => field = AtLeast(value, 0, nameof(NegativeWeight)); } = 1;

    /// <summary>m⁺, -1 to 1. Default 0.9, the paper's.</summary>
    public double PositiveMargin { get; init => field = Between(value, -1, 1, nameof(PositiveMargin)); } = 0.9;

    /// <summary>m⁻, -1 to 1. Default 0.5, the paper's.</summary>
    public double NegativeMargin { get; init => field = Between(value, -1, 1, nameof(NegativeMargin)); } = 0.5;


    /// <inheritdoc/>
    protected override LossModule BuildModule(LossContext? context) => new Module(this);

    private sealed class Module(ThresholdConsistentMarginLoss loss) : LossModule(nameof(ThresholdConsistentMarginLoss))
    {
        public override LossValue forward(EmbeddedBatch batch, TupleSelection? selection)
        {
            var (positives, negatives) = batch.Pairs(selection);
            var cosine = batch.CosineSimilarities();
            var low = Number(loss.PositiveMargin) - cosine;
            var high = cosine - Number(loss.NegativeMargin);
            var reducer = loss.Reducer ?? new MeanReducer();
            var tooLow = positives.logical_and(low.detach() >= Zero);
            var tooHigh = negatives.logical_and(high.detach() >= Zero);
            return new(
                reducer.Reduce(low, tooLow, batch.Weights) * Number(loss.PositiveWeight) + reducer.Reduce(high, tooHigh, batch.Weights) * Number(loss.NegativeWeight),
                (tooLow.sum() + tooHigh.sum()) / (positives.sum() + negatives.sum()).clamp_min(One));
        }
    }
}
