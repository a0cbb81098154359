using Microsoft.ML.Similarity.Miners;
using static Microsoft.ML.Similarity.Tensors.Numbers;
using static Microsoft.ML.Similarity.Tensors.Ranges;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Losses;

/// <summary>
/// Soft sums over the positives and the negatives of each anchor, by cosine, that weight hard pairs more.
/// </summary>
/// <remarks>
/// For each anchor log(1 + Σ exp(-α(s(a,p) - λ)))/α + log(1 + Σ exp(β(s(a,n) - λ)))/β; the mean over all rows. Wang et al., "Multi-Similarity Loss
/// with General Pair Weighting for Deep Metric Learning" (2019). O(B²) memory, and
/// beyond about 2000 rows only for which pairs there are: anchors of large batches are compared some at a time. Goes well with the miner of the same paper.
/// </remarks>
public sealed record MultiSimilarityLoss : Loss
{
    /// <summary>α, above 0. Default 2, the paper's.</summary>
    public double Alpha { get; init => field = Above(value, 0, nameof(Alpha)); } = 2;

    /// <summary>β, above 0. Default 50, the paper's.</summary>
    public double Beta { get; init => field = Above(value, 0, nameof(Beta)); } = 50;

    /// <summary>λ, the cosine around which pairs are weighted, -1 to 1. Default 0.5.</summary>
    public double Base { get; init => field = Between(value, -1, 1, nameof(Base)); } = 0.5;

    /// <inheritdoc/>
    protected override LossModule BuildModule(LossContext? context) => new Module(this);

    private sealed class Module(MultiSimilarityLoss loss) : LossModule(nameof(MultiSimilarityLoss))
    {
        public override LossValue forward(EmbeddedBatch batch, TupleSelection? selection) =>
            ComparedAnchors.ByCosine(batch, selection, loss.Reducer ?? new MeanReducer(), (cosine, positives, negatives) =>
            {
                var pull = SimilarityMask.LogOnePlusSumExp((Number(loss.Base) - cosine) * Number(loss.Alpha), positives) / Number(loss.Alpha);
                var push = SimilarityMask.LogOnePlusSumExp((cosine - Number(loss.Base)) * Number(loss.Beta), negatives) / Number(loss.Beta);
                var losses = pull + push;
                return (losses, ones_like(losses, ScalarType.Bool));
            });
    }
}
