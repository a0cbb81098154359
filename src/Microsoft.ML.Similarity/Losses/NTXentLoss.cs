using Microsoft.ML.Similarity.Miners;
using static Microsoft.ML.Similarity.Tensors.Numbers;
using static Microsoft.ML.Similarity.Tensors.Ranges;

namespace Microsoft.ML.Similarity.Losses;

/// <summary>
/// The normalised, temperature-scaled cross entropy: of each positive pair's anchor, the positive should be more similar by
/// cosine than every negative.
/// </summary>
/// <remarks>
/// For each positive pair -log(exp(s(a,p)/T) / (exp(s(a,p)/T) + Σ exp(s(a,n)/T))), n over the anchor's negatives; the mean over the pairs.
/// Sohn (2016); van den Oord et al. (2018); Chen et al., "SimCLR" (2020). O(B²) memory, and beyond about 2000 rows only for
/// which pairs there are: anchors of large batches are compared some at a time.
/// </remarks>
public sealed record NTXentLoss : Loss
{
    /// <summary>T, above 0. Default 0.07, as MoCo and pytorch-metric-learning; SimCLR uses 0.1 to 0.5.</summary>
    public double Temperature { get; init => field = Above(value, 0, nameof(Temperature)); } = 0.07;

    /// <inheritdoc/>
    protected override LossModule BuildModule(LossContext? context) => new Module(this);

    private sealed class Module(NTXentLoss loss) : LossModule(nameof(NTXentLoss))
    {
        public override LossValue forward(EmbeddedBatch batch, TupleSelection? selection) =>
            ComparedAnchors.ByCosine(batch, selection, loss.Reducer ?? new MeanReducer(), (cosine, positives, negatives) =>
            {
                var logits = cosine / Number(loss.Temperature);
                var against = SimilarityMask.LogSumExp(logits, negatives).unsqueeze(1);
                return (SimilarityMask.Softplus(against - logits), positives);
            });
    }
}
