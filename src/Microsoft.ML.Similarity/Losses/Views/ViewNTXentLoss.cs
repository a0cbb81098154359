using Microsoft.ML.Similarity.Losses.Pairs;
using static Microsoft.ML.Similarity.Tensors.Ranges;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Losses.Views;

/// <summary>SimCLR's loss: each view must find the other view of the same thing among all other rows of both views.</summary>
/// <remarks>
/// The mean over all 2B rows of -log(exp(s(i, i')/T) / Σ exp(s(i, k)/T)), i' the other view and k over all rows but i, s the
/// cosine. Chen et al., "A Simple Framework for Contrastive Learning of Visual Representations" (2020). O(B²) memory for up
/// to about 1000 pairs, that of the embeddings beyond: rows of large batches are compared some at a time.
/// </remarks>
public sealed record ViewNTXentLoss : PairLoss
{
    /// <summary>T, above 0. Default 0.1, the paper's for ImageNet; it uses 0.5 for CIFAR-10.</summary>
    public double Temperature { get; init => field = Above(value, 0, nameof(Temperature)); } = 0.1;

    /// <inheritdoc/>
    protected override PairLossModule BuildModule(LossContext? context) => new Module(this);

    private sealed class Module(ViewNTXentLoss loss) : PairLossModule(nameof(ViewNTXentLoss))
    {
        public override LossValue forward(PairBatch input)
        {
            if (input.Rows == 1)
                return Nothing(input);
            // The partner's logit is taken from the same product, so that no rounding makes a loss negative.
            var (value, losses) = TwoViews.Sum(input, Shares(input), loss.Temperature, (logits, own, partner) =>
                SimilarityMask.LogSumExpWithout(logits, own) - logits.gather(1, partner).squeeze(1));
            return new(value, LossValue.Active(losses, ones_like(losses, ScalarType.Bool)));
        }
    }
}
