using Microsoft.ML.Similarity.Miners;
using TorchSharp;
using static Microsoft.ML.Similarity.Tensors.Numbers;
using static Microsoft.ML.Similarity.Tensors.Ranges;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Losses;

/// <summary>
/// Draws the cosines of positive pairs, and of negative pairs, towards their own means.
/// </summary>
/// <remarks>
/// Mean of max(0, (1-ε⁺)·μ⁺ - s)² over positive pairs plus mean of max(0, s - (1+ε⁻)·μ⁻)² over negative pairs, μ the mean cosine of the batch's pairs of
/// that kind. Yu and Tao, "Deep Metric Learning with Tuplet Margin Loss" (2019), who add it to the tuplet margin loss. O(B²) memory.
/// </remarks>
public sealed record IntraPairVarianceLoss : Loss
{
    /// <summary>ε⁺, in [0, 1]. Default 0.01, the paper's.</summary>
    public double PositiveEpsilon { get; init => field = Between(value, 0, 1, nameof(PositiveEpsilon)); } = 0.01;

    /// <summary>ε⁻, in [0, 1]. Default 0.01, the paper's.</summary>
    public double NegativeEpsilon { get; init => field = Between(value, 0, 1, nameof(NegativeEpsilon)); } = 0.01;


    /// <inheritdoc/>
    protected override LossModule BuildModule(LossContext? context) => new Module(this);

    private sealed class Module(IntraPairVarianceLoss loss) : LossModule(nameof(IntraPairVarianceLoss))
    {
        public override LossValue forward(EmbeddedBatch batch, TupleSelection? selection)
        {
            var (positives, negatives) = batch.Pairs(selection);
            var cosine = batch.CosineSimilarities();
            var reducer = loss.Reducer ?? new MeanReducer();
            var low = (Number(1 - loss.PositiveEpsilon) * Mean(cosine, positives) - cosine).clamp_min(Zero).square();
            var high = (cosine - Number(1 + loss.NegativeEpsilon) * Mean(cosine, negatives)).clamp_min(Zero).square();
            return new(
                reducer.Reduce(low, positives, batch.Weights) + reducer.Reduce(high, negatives, batch.Weights),
                LossValue.Active(torch.where(positives, low, high), positives.logical_or(negatives)));

            static Tensor Mean(Tensor values, Tensor selected) =>
                values.masked_fill(selected.logical_not(), Zero).sum() / selected.sum().clamp_min(One);
        }
    }
}
