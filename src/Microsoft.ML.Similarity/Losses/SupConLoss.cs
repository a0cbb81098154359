using Microsoft.ML.Similarity.Miners;
using static Microsoft.ML.Similarity.Tensors.Numbers;
using static Microsoft.ML.Similarity.Tensors.Ranges;

namespace Microsoft.ML.Similarity.Losses;

/// <summary>
/// The supervised contrastive loss: of all other rows of the batch, the ones of the anchor's class should be the most
/// similar by cosine.
/// </summary>
/// <remarks>
/// For each anchor the mean, over its positives, of -log(exp(s(a,p)/T) / Σ exp(s(a,i)/T)), i over all other rows of the batch; then
/// the mean over the anchors that have a loss. Khosla et al., "Supervised Contrastive Learning" (2020), L_out. O(B²) memory, and
/// beyond about 2000 rows only for which pairs there are: anchors of large batches are compared some at a time.
/// </remarks>
public sealed record SupConLoss : Loss
{
    /// <summary>T, above 0. Default 0.1, the paper's.</summary>
    public double Temperature { get; init => field = Above(value, 0, nameof(Temperature)); } = 0.1;

    /// <inheritdoc/>
    protected override LossModule BuildModule(LossContext? context) => new Module(this);

    private sealed class Module(SupConLoss loss) : LossModule(nameof(SupConLoss))
    {
        public override LossValue forward(EmbeddedBatch batch, TupleSelection? selection) =>
            ComparedAnchors.ByCosine(batch, selection, loss.Reducer ?? new NonZeroMeanReducer(), (cosine, positives, negatives) =>
            {
                var logShares = SimilarityMask.LogSoftmax(cosine * Number(1 / loss.Temperature), positives.logical_or(negatives));
                var count = positives.to(cosine.dtype).sum(1);
                // Of an anchor without positives, 0.
                return (SimilarityMask.Keep(logShares, positives).sum(1) / count.clamp_min(One) * MinusOne, count > Zero);
            });
    }
}
