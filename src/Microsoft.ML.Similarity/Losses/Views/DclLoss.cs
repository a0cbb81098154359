using Microsoft.ML.Similarity.Losses.Pairs;
using static Microsoft.ML.Similarity.Tensors.Ranges;

namespace Microsoft.ML.Similarity.Losses.Views;

/// <summary>
/// The decoupled contrastive loss: <see cref="ViewNTXentLoss"/> without the positive in the denominator, so that easy
/// positives do not weaken the gradient of negatives; made for small batches.
/// </summary>
/// <remarks>
/// The mean over all 2B rows of -s(i, i')/T + log Σ exp(s(i, k)/T), i' the other view and k over all rows but these two, s the
/// cosine; it can be below 0. Exactly 0 for one row, which has no negatives. Yeh et al., "Decoupled Contrastive Learning"
/// (2022). O(B²) memory.
/// </remarks>
public sealed record DclLoss : PairLoss
{
    /// <summary>T, above 0. Default 0.1.</summary>
    public double Temperature { get; init => field = Above(value, 0, nameof(Temperature)); } = 0.1;

    /// <inheritdoc/>
    protected override PairLossModule BuildModule(LossContext? context) => new Module(this);

    private sealed class Module(DclLoss loss) : PairLossModule(nameof(DclLoss))
    {
        public override LossValue forward(PairBatch input)
        {
            if (input.Rows == 1)
                return Nothing(input);
            var (logits, own) = TwoViews.Compare(input, loss.Temperature);
            var selves = TwoViews.Selves(input);
            var related = selves.logical_or(selves.roll(input.Rows, 1));
            return AllActive(WeightedMean(input, (SimilarityMask.LogSumExp(logits, related.logical_not()) - own).reshape(2, input.Rows)));
        }
    }
}
