using Microsoft.ML.Similarity.Miners;
using static Microsoft.ML.Similarity.Tensors.Numbers;
using static Microsoft.ML.Similarity.Tensors.Ranges;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Losses;

/// <summary>
/// The contrastive loss on the pairs inside a labelled batch: rows of one class are drawn closer than
/// <see cref="PositiveMargin"/>, rows of two classes are pushed apart to <see cref="NegativeMargin"/>.
/// </summary>
/// <remarks>
/// The mean of max(0, d - PositiveMargin) over the positive pairs that have a loss, plus the mean of
/// max(0, NegativeMargin - d) over the negative pairs that have one. Hadsell, Chopra and LeCun, "Dimensionality Reduction
/// by Learning an Invariant Mapping" (2006), with distances not squared, as pytorch-metric-learning has it. O(B²) memory.
/// </remarks>
public sealed record ContrastiveLoss : Loss
{
    /// <summary>Positive pairs this close have no loss; at least 0. Default 0.</summary>
    public double PositiveMargin { get; init => field = AtLeast(value, 0, nameof(PositiveMargin)); }

    /// <summary>Negative pairs this far apart have no loss; at least 0. Default 1; directions are at most 2 apart.</summary>
    public double NegativeMargin { get; init => field = AtLeast(value, 0, nameof(NegativeMargin)); } = 1;

    /// <inheritdoc/>
    protected override LossModule BuildModule(LossContext? context) => new Module(this);

    private sealed class Module(ContrastiveLoss loss) : LossModule(nameof(ContrastiveLoss))
    {
        public override LossValue forward(EmbeddedBatch batch, TupleSelection? selection)
        {
            var distances = batch.Distances(loss.DistanceOrDefault);
            var (positives, negatives) = batch.Pairs(selection);
            var reducer = loss.Reducer ?? new NonZeroMeanReducer();
            var pull = (distances - Number(loss.PositiveMargin)).clamp_min(Zero);
            var push = (Number(loss.NegativeMargin) - distances).clamp_min(Zero);
            return new(
                reducer.Reduce(pull, positives, batch.Weights) + reducer.Reduce(push, negatives, batch.Weights),
                LossValue.Active(where(positives, pull, push), positives.logical_or(negatives)));
        }
    }
}
