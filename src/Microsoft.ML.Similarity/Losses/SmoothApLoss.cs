using Microsoft.ML.Similarity.Miners;
using static Microsoft.ML.Similarity.Tensors.Numbers;
using static Microsoft.ML.Similarity.Tensors.Ranges;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Losses;

/// <summary>Average precision with ranks made smooth by a sigmoid of the differences of cosines.</summary>
/// <remarks>
/// For each anchor that has positives 1 - mean of R⁺(p)/R(p) over its positives, with R(p) = 1 + Σ σ((s(a,i) - s(a,p))/τ), i over all other rows, and R⁺ the same
/// over its other positives; the mean over these anchors. Brown et al., "Smooth-AP: Smoothing the Path Towards Large-Scale Image
/// Retrieval" (2020). O(B²) memory.
/// </remarks>
public sealed record SmoothApLoss : Loss
{
    /// <summary>τ, above 0. Default 0.01, the paper's.</summary>
    public double Temperature { get; init => field = Above(value, 0, nameof(Temperature)); } = 0.01;

    /// <inheritdoc/>
    protected override LossModule BuildModule(LossContext? context) => new Module(this);

    private sealed class Module(SmoothApLoss loss) : LossModule(nameof(SmoothApLoss))
    {
        public override LossValue forward(EmbeddedBatch batch, TupleSelection? selection)
        {
            var (positives, negatives) = batch.Pairs(selection);
            var padded = PaddedPositives.Of(positives);
            var columns = positives.shape[1];
            var losses = RowBlocks.Losses(batch.CosineSimilarities(), padded.Most * columns, (cosine, start) =>
            {
                var count = cosine.shape[0];
                var block = padded.Narrow(start, count);
                var own = positives.narrow(0, start, count);
                var other = negatives.narrow(0, start, count);
                var ahead = ((cosine.unsqueeze(1) - cosine.gather(1, block.Rows).unsqueeze(2)) / Number(loss.Temperature)).sigmoid();
                var itself = arange(Number(columns), device: cosine.device).view(1, 1, -1).eq(block.Rows.unsqueeze(2));
                var rankInOwn = ahead.masked_fill(own.logical_not().unsqueeze(1).logical_or(itself), Zero).sum(2) + One;
                var rank = ahead.masked_fill(other.logical_not().unsqueeze(1), Zero).sum(2) + rankInOwn;
                var precision = (rankInOwn / rank).masked_fill(block.IsPositive.logical_not(), Zero).sum(1);
                // Without negatives nothing comes before a positive: exactly, whatever rounding says.
                return (One - precision / own.sum(1).clamp_min(One)).masked_fill(other.any(1).logical_not(), Zero);
            });
            return LossValue.Of(losses, positives.any(1), loss.Reducer ?? new MeanReducer(), batch.Weights);
        }
    }
}
