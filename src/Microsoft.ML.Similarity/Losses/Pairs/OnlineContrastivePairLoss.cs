using Microsoft.ML.Similarity.Distances;
using static Microsoft.ML.Similarity.Tensors.Numbers;
using static Microsoft.ML.Similarity.Tensors.Ranges;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Losses.Pairs;

/// <summary>The contrastive loss of the hard pairs of a batch alone.</summary>
/// <remarks>
/// Hard are the pairs labelled 1 that are farther apart than the nearest pair labelled 0, and the pairs labelled 0 that are
/// nearer than the farthest labelled 1; where all labels are equal, all pairs are. The sum of d² of hard pairs labelled 1 and
/// max(0, Margin - d)² of those labelled 0: a sum, so that batches with few hard pairs count less. After Reimers and
/// Gurevych's sentence-transformers; the loss itself is that of Hadsell, Chopra and LeCun (2006).
/// </remarks>
public sealed record OnlineContrastivePairLoss : PairLoss
{
    /// <summary>How far apart pairs labelled 0 must be; at least 0. Default 0.5, as sentence-transformers with cosine distances.</summary>
    public double Margin { get; init => field = AtLeast(value, 0, nameof(Margin)); } = 0.5;

    /// <summary>How the two rows of a pair are compared. Default: the cosine distance.</summary>
    public Distance Distance { get; init => field = value ?? throw new ArgumentNullException(nameof(Distance)); } = new CosineDistance();

    internal override Distance ComparedBy => Distance;

    /// <inheritdoc/>
    protected override PairLossModule BuildModule(LossContext? context) => new Module(this);

    private sealed class Module(OnlineContrastivePairLoss loss) : PairLossModule(nameof(OnlineContrastivePairLoss))
    {
        public override LossValue forward(PairBatch input)
        {
            var similar = input.TargetsFor(nameof(OnlineContrastivePairLoss), "1 for a similar pair and 0 for another").to(input.Left.dtype) > Number(0.5);
            var different = similar.logical_not();
            var distances = RowDistances.Of(loss.Distance, input.Left, input.Right);

            var values = distances.detach();
            var nearest = values.masked_fill(similar, Number(double.PositiveInfinity)).min();
            var farthest = values.masked_fill(different, Number(double.NegativeInfinity)).max();
            var hardSimilar = similar.logical_and((values > nearest).logical_or(nearest.isposinf()));
            var hardDifferent = different.logical_and((values < farthest).logical_or(farthest.isneginf()));

            var apart = (Number(loss.Margin) - distances).clamp_min(Zero);
            var losses = distances.where(similar, apart).square().masked_fill(hardSimilar.logical_or(hardDifferent).logical_not(), Zero);
            var weighted = input.Weights is null ? losses : losses * input.Weights.to(losses.dtype);
            return new(weighted.sum(), LossValue.Active(losses, ones_like(similar)));
        }
    }
}
