using Microsoft.ML.Similarity.Distances;
using static Microsoft.ML.Similarity.Tensors.Numbers;
using static Microsoft.ML.Similarity.Tensors.Ranges;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Losses.Pairs;

/// <summary>The triplet loss of given triplets: left rows are anchors, right rows positives, hard negatives the negatives.</summary>
/// <remarks>
/// The mean of max(0, d(a,p) - d(a,n) + Margin) over all triplets, or with <see cref="SoftMargin"/> of
/// log(1 + exp(d(a,p) - d(a,n) + Margin)); with several columns of negatives each makes a triplet of its own. Schroff,
/// Kalenichenko and Philbin, "FaceNet" (2015); soft margin: Hermans, Beyer and Leibe, "In Defense of the Triplet Loss" (2017).
/// </remarks>
public sealed record ExplicitTripletLoss : PairLoss
{
    /// <summary>How much nearer a positive must be; at least 0. Default 0.2, FaceNet's; directions are at most 2 apart.</summary>
    public double Margin { get; init => field = AtLeast(value, 0, nameof(Margin)); } = 0.2;

    /// <summary>Whether log(1 + exp(x)) takes the place of max(0, x), so that no triplet is ever done. Default false.</summary>
    public bool SoftMargin { get; init; }

    /// <summary>How rows are compared. Default: the Euclidean distance of directions.</summary>
    public Distance Distance { get; init => field = value ?? throw new ArgumentNullException(nameof(Distance)); } = new EuclideanDistance();

    internal override Distance ComparedBy => Distance;

    /// <inheritdoc/>
    protected override PairLossModule BuildModule(LossContext? context) => new Module(this);

    private sealed class Module(ExplicitTripletLoss loss) : PairLossModule(nameof(ExplicitTripletLoss))
    {
        public override LossValue forward(PairBatch input)
        {
            if (input.HardNegatives.Count == 0)
                throw new InvalidOperationException("ExplicitTripletLoss needs at least one column of hard negatives; got none.");
            var near = RowDistances.Of(loss.Distance, input.Left, input.Right);
            var violations = stack(input.HardNegatives.Select(negatives => near - RowDistances.Of(loss.Distance, input.Left, negatives))) + Number(loss.Margin);
            return Mean(input, loss.SoftMargin ? SimilarityMask.Softplus(violations) : violations.clamp_min(Zero));
        }
    }
}
