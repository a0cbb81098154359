using Microsoft.ML.Similarity.Miners;
using static Microsoft.ML.Similarity.Tensors.Numbers;
using static Microsoft.ML.Similarity.Tensors.Ranges;

namespace Microsoft.ML.Similarity.Losses;

/// <summary>
/// All positives of an anchor against all of its negatives, each as a soft extreme.
/// </summary>
/// <remarks>
/// For each anchor that has both max(0, log Σ exp(d(a,p) - m⁺) + log Σ exp(m⁻ - d(a,n))); the mean over these anchors. Hermans, Beyer and Leibe, "In
/// Defense of the Triplet Loss for Person Re-Identification" (2017). O(B²) memory, and
/// beyond about 2000 rows only for which pairs there are: anchors of large batches are compared some at a time.
/// </remarks>
public sealed record GeneralizedLiftedStructureLoss : Loss
{
    /// <summary>m⁺, at least 0. Default 0.</summary>
    public double PositiveMargin { get; init => field = AtLeast(value, 0, nameof(PositiveMargin)); }

    /// <summary>m⁻, at least 0. Default 1.</summary>
    public double NegativeMargin { get; init => field = AtLeast(value, 0, nameof(NegativeMargin)); } = 1;

    /// <inheritdoc/>
    protected override LossModule BuildModule(LossContext? context) => new Module(this);

    private sealed class Module(GeneralizedLiftedStructureLoss loss) : LossModule(nameof(GeneralizedLiftedStructureLoss))
    {
        public override LossValue forward(EmbeddedBatch batch, TupleSelection? selection) =>
            ComparedAnchors.ByDistance(batch, loss.DistanceOrDefault, selection, loss.Reducer ?? new MeanReducer(), (distances, positives, negatives) =>
            {
                var selected = positives.any(1).logical_and(negatives.any(1));
                var losses = SimilarityMask.LogSumExp(distances - Number(loss.PositiveMargin), positives)
                    + SimilarityMask.LogSumExp(Number(loss.NegativeMargin) - distances, negatives);
                return (losses.masked_fill(selected.logical_not(), Zero).clamp_min(Zero), selected);
            });
    }
}
