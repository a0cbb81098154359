using Microsoft.ML.Similarity.Distances;
using static Microsoft.ML.Similarity.Tensors.Numbers;
using static Microsoft.ML.Similarity.Tensors.Ranges;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Losses.Pairs;

/// <summary>Each left row must find its right row among all right rows of the batch and all hard negatives.</summary>
/// <remarks>
/// The mean of -log(exp(s(l,r)) / Σ exp(s(l,c))), c over all right rows and all rows of any number of columns of hard
/// negatives, s = Scale · cosine. Henderson et al., "Efficient Natural Language Response Suggestion for Smart Reply" (2017).
/// Right rows that occur twice are each other's negatives: sample batches without duplicates. O(B²) memory for up to about 2000 rows, that of the
/// embeddings beyond: large batches are compared in blocks of rows.
/// </remarks>
public sealed record MultipleNegativesRankingLoss : PairLoss
{
    /// <summary>What cosines are multiplied with, above 0: the inverse of a temperature. Default 20, as sentence-transformers.</summary>
    public double Scale { get; init => field = Above(value, 0, nameof(Scale)); } = 20;

    /// <summary>
    /// Whether each right row must find its left row as well, among the left rows; the two losses are averaged. Default false.
    /// </summary>
    public bool Symmetric { get; init; }

    /// <inheritdoc/>
    protected override PairLossModule BuildModule(LossContext? context) => new Module(this);

    private sealed class Module(MultipleNegativesRankingLoss loss) : PairLossModule(nameof(MultipleNegativesRankingLoss))
    {
        public override LossValue forward(PairBatch input)
        {
            var candidates = input.HardNegatives.Count == 0
                ? input.RightDirections
                : cat([input.RightDirections, .. input.HardNegatives.Select(UnitRows.Of)]);
            var atOnce = RowBlocks.RowsCompared(candidates, candidates.shape[0]);
            if (atOnce < input.Rows)
                return InBlocks(input, candidates, atOnce);
            var logits = (input.LeftDirections * Number(loss.Scale)).matmul(candidates.t());
            var own = logits.diagonal();
            var losses = logits.logsumexp(1) - own;
            if (loss.Symmetric)
                losses = (losses + (logits.narrow(1, 0, input.Rows).logsumexp(0) - own)) / Number(2);
            return Mean(input, losses);
        }

        private LossValue InBlocks(PairBatch input, Tensor candidates, long rowsAtOnce)
        {
            var shares = Shares(input) * Number(loss.Symmetric ? 0.5 : 1);
            var (value, losses) = CandidateBlocks.Sum(input.LeftDirections, candidates, shares, rowsAtOnce, Against);
            if (loss.Symmetric)
            {
                var (back, backLosses) = CandidateBlocks.Sum(input.RightDirections, input.LeftDirections, shares, rowsAtOnce, Against);
                (value, losses) = (value + back, losses + backLosses);
            }
            return new(value, LossValue.Active(losses, ones_like(losses, ScalarType.Bool)));
        }

        private Tensor Against(Tensor rows, Tensor candidates, long start)
        {
            var logits = (rows * Number(loss.Scale)).matmul(candidates.t());
            return logits.logsumexp(1) - logits.diagonal(start);
        }
    }
}
