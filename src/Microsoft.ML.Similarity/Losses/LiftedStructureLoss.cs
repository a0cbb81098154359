using Microsoft.ML.Similarity.Miners;
using static Microsoft.ML.Similarity.Tensors.Numbers;
using static Microsoft.ML.Similarity.Tensors.Ranges;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Losses;

/// <summary>
/// Each positive pair against the negatives of both of its rows.
/// </summary>
/// <remarks>
/// For each positive pair max(0, log(Σ exp(m⁻ - d(a,n)) + Σ exp(m⁻ - d(p,n))) + d(a,p) - m⁺)²/2, and the mean over the pairs that have negatives.
/// Song et al., "Deep Metric Learning via Lifted Structured Feature Embedding" (2016). O(B²) memory.
/// </remarks>
public sealed record LiftedStructureLoss : Loss
{
    /// <summary>m⁺, at least 0. Default 0.</summary>
    public double PositiveMargin { get; init => field = AtLeast(value, 0, nameof(PositiveMargin)); }

    /// <summary>m⁻, at least 0. Default 1, the paper's.</summary>
    public double NegativeMargin { get; init => field = AtLeast(value, 0, nameof(NegativeMargin)); } = 1;


    internal override string? ReferencesRefused => "the negatives of a positive count, too, and a reference has none";

    /// <inheritdoc/>
    protected override LossModule BuildModule(LossContext? context) => new Module(this);

    private sealed class Module(LiftedStructureLoss loss) : LossModule(nameof(LiftedStructureLoss))
    {
        public override LossValue forward(EmbeddedBatch batch, TupleSelection? selection)
        {
            var (positives, negatives) = batch.Pairs(selection);
            var distances = batch.Distances(loss.DistanceOrDefault);
            var against = SimilarityMask.LogSumExp(Number(loss.NegativeMargin) - distances, negatives);
            var both = logaddexp(against.unsqueeze(1), against.unsqueeze(0));
            var losses = (both + distances - Number(loss.PositiveMargin)).clamp_min(Zero).square() / Number(2);
            var hasNegative = negatives.any(1);
            var selected = positives.logical_and(hasNegative.unsqueeze(1).logical_or(hasNegative.unsqueeze(0)));
            return LossValue.Of(losses, selected, loss.Reducer ?? new MeanReducer(), batch.Weights);
        }
    }
}
