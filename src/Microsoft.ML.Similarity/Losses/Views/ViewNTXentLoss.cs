using Microsoft.ML.Similarity.Losses.Pairs;
using static Microsoft.ML.Similarity.Tensors.Ranges;

namespace Microsoft.ML.Similarity.Losses.Views;

/// <summary>SimCLR's loss: each view must find the other view of the same thing among all other rows of both views.</summary>
/// <remarks>
/// The mean over all 2B rows of -log(exp(s(i, i')/T) / Σ exp(s(i, k)/T)), i' the other view and k over all rows but i, s the
/// cosine. Chen et al., "A Simple Framework for Contrastive Learning of Visual Representations" (2020). O(B²) memory.
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
            var (logits, own) = TwoViews.Compare(input, loss.Temperature);
            return Mean(input, (SimilarityMask.LogSumExp(logits, TwoViews.Selves(input).logical_not()) - own).reshape(2, input.Rows));
        }
    }
}
