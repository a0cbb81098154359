using Microsoft.ML.Similarity.Distances;
using static Microsoft.ML.Similarity.Tensors.Numbers;
using static Microsoft.ML.Similarity.Tensors.Ranges;

namespace Microsoft.ML.Similarity.Losses.Pairs;

/// <summary>Draws pairs labelled 1 together and pushes those labelled 0 apart, up to a margin.</summary>
/// <remarks>
/// The mean over the pairs of d²/2 for a pair labelled 1 (above ½), and of max(0, Margin - d)²/2 for one labelled 0.
/// Hadsell, Chopra and LeCun, "Dimensionality Reduction by Learning an Invariant Mapping" (2006).
/// </remarks>
public sealed record ContrastivePairLoss : PairLoss
{
    /// <summary>How far apart pairs labelled 0 must be; at least 0. Default 0.5, as sentence-transformers with cosine distances.</summary>
    public double Margin { get; init => field = AtLeast(value, 0, nameof(Margin)); } = 0.5;

    /// <summary>How the two rows of a pair are compared. Default: the cosine distance.</summary>
    public Distance Distance { get; init => field = value ?? throw new ArgumentNullException(nameof(Distance)); } = new CosineDistance();

    internal override Distance ComparedBy => Distance;

    /// <inheritdoc/>
    protected override PairLossModule BuildModule(LossContext? context) => new Module(this);

    private sealed class Module(ContrastivePairLoss loss) : PairLossModule(nameof(ContrastivePairLoss))
    {
        public override LossValue forward(PairBatch input)
        {
            var similar = input.TargetsFor(nameof(ContrastivePairLoss), "1 for a similar pair and 0 for another").to(input.Left.dtype) > Number(0.5);
            var distances = RowDistances.Of(loss.Distance, input.Left, input.Right);
            var apart = (Number(loss.Margin) - distances).clamp_min(Zero);
            return Mean(input, distances.where(similar, apart).square() / Number(2));
        }
    }
}
