using Microsoft.ML.Similarity.Miners;
using static Microsoft.ML.Similarity.Tensors.Numbers;
using static Microsoft.ML.Similarity.Tensors.Ranges;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Losses;

/// <summary>
/// Positives within α - m of the anchor, negatives beyond α, harder pairs weighted exponentially more.
/// </summary>
/// <remarks>
/// For each anchor (1-λ)·Σ w(d - (α-m))/Σ w over its positives farther than α - m, with w = exp(T⁺(d - (α-m))), plus λ·Σ w(α - d)/Σ w over its negatives nearer than α,
/// with w = exp(T⁻(α - d)); the mean over all rows. Wang et al., "Ranked List Loss for Deep Metric Learning" (2019). O(B²) memory.
/// </remarks>
public sealed record RankedListLoss : Loss
{
    /// <summary>m, above 0. Default 0.4, the paper's.</summary>
    public double Margin { get; init => field = Above(value, 0, nameof(Margin)); } = 0.4;

    /// <summary>T⁺, at least 0. Default 0, the paper's.</summary>
    public double PositiveTemperature { get; init => field = AtLeast(value, 0, nameof(PositiveTemperature)); }

    /// <summary>T⁻, at least 0. Default 10, the paper's.</summary>
    public double NegativeTemperature { get; init => field = AtLeast(value, 0, nameof(NegativeTemperature)); } = 10;

    /// <summary>λ, the share of the negatives, 0 to 1. Default 0.5.</summary>
    public double Imbalance { get; init => field = Between(value, 0, 1, nameof(Imbalance)); } = 0.5;

    /// <summary>α, above 0; null, the default, for 1 + m/2.</summary>
    public double? Alpha { get; init => field = value is null ? null : Above(value.Value, 0, nameof(Alpha)); }


    /// <inheritdoc/>
    protected override LossModule BuildModule(LossContext? context) => new Module(this);

    private sealed class Module(RankedListLoss loss) : LossModule(nameof(RankedListLoss))
    {
        public override LossValue forward(EmbeddedBatch batch, TupleSelection? selection)
        {
            // The reference adds so much for the anchor and each row it is compared with: the quotient stays finite where nothing is selected.
            const double smoothing = 1e-5;
            var (positives, negatives) = batch.Pairs(selection);
            var distances = batch.Distances(loss.DistanceOrDefault);
            var alpha = loss.Alpha ?? 1 + loss.Margin / 2;
            var smallest = (batch.Relation.Positives.sum(1) + batch.Relation.Negatives.sum(1) + One).to(distances.dtype) * Number(smoothing);
            var pull = Weighted(distances - Number(alpha - loss.Margin), loss.PositiveTemperature, positives);
            var push = Weighted(Number(alpha) - distances, loss.NegativeTemperature, negatives);
            var losses = pull * Number(1 - loss.Imbalance) + push * Number(loss.Imbalance);
            return LossValue.Of(losses, ones_like(losses, ScalarType.Bool), loss.Reducer ?? new MeanReducer(), batch.Weights);

            Tensor Weighted(Tensor excess, double temperature, Tensor pairs)
            {
                var outside = pairs.logical_and(excess.detach() > Zero).logical_not();
                var hinge = excess.masked_fill(outside, Zero);
                var weight = (hinge * Number(temperature)).exp().masked_fill(outside, Zero);
                return (weight * hinge).sum(1) / (weight.sum(1) + smallest);
            }
        }
    }
}
