using Microsoft.ML.Similarity.Miners;
using static Microsoft.ML.Similarity.Tensors.Numbers;
using static Microsoft.ML.Similarity.Tensors.Ranges;

namespace Microsoft.ML.Similarity.Losses;

/// <summary>
/// Each cosine is weighted by how far it is from its own optimum: 1 + m for positives, -m for negatives.
/// </summary>
/// <remarks>
/// For each anchor that has both log(1 + Σ exp(-γ·max(0, 1+m-s(a,p))·(s(a,p) - 1 + m)) · Σ exp(γ·max(0, s(a,n)+m)·(s(a,n) - m))), weights without
/// gradient; the mean of those above 0. Sun et al., "Circle Loss" (2020). O(B²) memory, and
/// beyond about 2000 rows only for which pairs there are: anchors of large batches are compared some at a time.
/// </remarks>
public sealed record CircleLoss : Loss
{
    /// <summary>m, in (0, 1). Default 0.4, the paper's for fine-grained retrieval; 0.25 for faces.</summary>
    public double Margin { get; init => field = Between(value, 0, 1, nameof(Margin)); } = 0.4;

    /// <summary>γ, above 0. Default 80, the paper's for fine-grained retrieval; 256 for faces.</summary>
    public double Gamma { get; init => field = Above(value, 0, nameof(Gamma)); } = 80;

    /// <inheritdoc/>
    protected override LossModule BuildModule(LossContext? context) => new Module(this);

    private sealed class Module(CircleLoss loss) : LossModule(nameof(CircleLoss))
    {
        public override LossValue forward(EmbeddedBatch batch, TupleSelection? selection) =>
            ComparedAnchors.ByCosine(batch, selection, loss.Reducer ?? new NonZeroMeanReducer(), (cosine, positives, negatives) =>
            {
                var fixedCosine = cosine.detach();
                var pull = (Number(1 + loss.Margin) - fixedCosine).clamp_min(Zero) * (cosine - Number(1 - loss.Margin)) * Number(-loss.Gamma);
                var push = (fixedCosine + Number(loss.Margin)).clamp_min(Zero) * (cosine - Number(loss.Margin)) * Number(loss.Gamma);
                var selected = positives.any(1).logical_and(negatives.any(1));
                var exponent = SimilarityMask.LogSumExp(pull, positives) + SimilarityMask.LogSumExp(push, negatives);
                var losses = SimilarityMask.Softplus(exponent.masked_fill(selected.logical_not(), Zero)).masked_fill(selected.logical_not(), Zero);
                return (losses, selected);
            });
    }
}
