using Microsoft.ML.Similarity.Losses.Pairs;
using static Microsoft.ML.Similarity.Tensors.Numbers;
using static Microsoft.ML.Similarity.Tensors.Ranges;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Losses.Views;

/// <summary>
/// The decoupled contrastive loss: <see cref="ViewNTXentLoss"/> without the positive in the denominator, so that easy
/// positives do not weaken the gradient of negatives; made for small batches.
/// </summary>
/// <remarks>
/// The mean over all 2B rows of -s(i, i')/T + log Σ exp(s(i, k)/T), i' the other view and k over all rows but these two, s the
/// cosine; it can be below 0. Exactly 0 for one row, which has no negatives. With <see cref="Sigma"/> the first term has the
/// weight 2 - exp(s(i, i')/σ) / mean exp(s(j, j')/σ), the mean over the batch's pairs: pairs that are less alike than others count for more
/// (DCL-W; as in the authors' code, the weight has a gradient, too). Yeh et al., "Decoupled Contrastive Learning" (2022). O(B²) memory for
/// up to about 1000 pairs, that of the embeddings beyond: rows of large batches are compared some at a time.
/// </remarks>
public sealed record DclLoss : PairLoss
{
    /// <summary>T, above 0. Default 0.1.</summary>
    public double Temperature { get; init => field = Above(value, 0, nameof(Temperature)); } = 0.1;

    /// <summary>σ, above 0, the spread of the pairs' weights; null, the default, for no weights. The paper has 0.5.</summary>
    public double? Sigma { get; init => field = value is { } sigma ? Above(sigma, 0, nameof(Sigma)) : null; }

    /// <inheritdoc/>
    protected override PairLossModule BuildModule(LossContext? context) => new Module(this);

    private sealed class Module(DclLoss loss) : PairLossModule(nameof(DclLoss))
    {
        public override LossValue forward(PairBatch input)
        {
            if (input.Rows == 1)
                return Nothing(input);
            var shares = Shares(input);
            var (negatives, _) = TwoViews.Sum(input, shares, loss.Temperature, (logits, own, partner) => SimilarityMask.LogSumExpWithout(logits, cat([own, partner], 1)));
            var cosines = loss.Sigma is { } sigma ? input.Cosines * Weights(input.Cosines, sigma) : input.Cosines;
            return AllActive(negatives - (cosines * shares).sum() / Number(loss.Temperature));
        }

        private static Tensor Weights(Tensor cosines, double sigma) => Number(2) - (cosines / Number(sigma)).softmax(0) * Number(cosines.shape[0]);
    }
}
