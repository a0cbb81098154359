using Microsoft.ML.Similarity.Distances;
using Microsoft.ML.Similarity.Miners;
using static Microsoft.ML.Similarity.Tensors.Numbers;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Losses;

/// <summary>
/// Average precision with the ranks read from soft histograms of the distances.
/// </summary>
/// <remarks>
/// 1 minus the average precision of each anchor that has positives, from a triangular histogram of squared distances of directions; the mean over
/// these anchors. Cakir et al., "Deep Metric Learning to Rank" (2019). O(B²) memory: one histogram bin at a time.
/// </remarks>
public sealed record FastApLoss : Loss
{
    /// <summary>The number of histogram bins, at least 1. Default 10, the paper's.</summary>
    public int NumberOfBins
    {
        get;
        init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(NumberOfBins), value, "NumberOfBins must be at least 1.");
    } = 10;


    /// <inheritdoc/>
    protected override LossModule BuildModule(LossContext? context) => new Module(this);

    private sealed class Module(FastApLoss loss) : LossModule(nameof(FastApLoss))
    {
        public override LossValue forward(EmbeddedBatch batch, TupleSelection? selection)
        {
            const double farthest = 4;
            var (positives, negatives) = batch.Pairs(selection);
            var distances = batch.Distances(new SquaredEuclideanDistance());
            var width = farthest / loss.NumberOfBins;
            var precision = zeros(distances.shape[0], dtype: distances.dtype, device: distances.device);
            var (positivesSoFar, allSoFar) = (precision, precision);
            for (var bin = 0; bin <= loss.NumberOfBins; bin++)
            {
                var pulse = (One - (distances - Number(bin * width)).abs() / Number(width)).clamp_min(Zero);
                var inBin = pulse.masked_fill(positives.logical_not(), Zero).sum(1);
                positivesSoFar = positivesSoFar + inBin;
                allSoFar = allSoFar + inBin + pulse.masked_fill(negatives.logical_not(), Zero).sum(1);
                var none = allSoFar.detach() <= Zero;
                precision = precision + (inBin * positivesSoFar / allSoFar.masked_fill(none, One)).masked_fill(none, Zero);
            }
            var count = positives.sum(1);
            // Without negatives nothing comes before a positive: exactly, whatever rounding says.
            var losses = (One - precision / count.clamp_min(One)).masked_fill(negatives.any(1).logical_not(), Zero);
            return LossValue.Of(losses, count > Zero, loss.Reducer ?? new MeanReducer(), batch.Weights);
        }
    }
}
