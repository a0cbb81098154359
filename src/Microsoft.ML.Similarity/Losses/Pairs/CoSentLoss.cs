using static Microsoft.ML.Similarity.Tensors.Numbers;
using static Microsoft.ML.Similarity.Tensors.Ranges;

namespace Microsoft.ML.Similarity.Losses.Pairs;

/// <summary>The cosines of scored pairs should be in the order of their gold scores, whatever their values.</summary>
/// <remarks>
/// log(1 + Σ exp(Scale · (cos_i - cos_j))) over all pairs i, j of which j has the higher gold score. Su, "CoSENT" (2022).
/// O(B²) memory.
/// </remarks>
public sealed record CoSentLoss : PairLoss
{
    /// <summary>What cosines are multiplied with, above 0. Default 20, the author's.</summary>
    public double Scale { get; init => field = Above(value, 0, nameof(Scale)); } = 20;

    /// <inheritdoc/>
    protected override PairLossModule BuildModule(LossContext? context) => new Module(this);

    private sealed class Module(CoSentLoss loss) : PairLossModule(nameof(CoSentLoss))
    {
        public override LossValue forward(PairBatch input)
        {
            input.RefuseWeights(nameof(CoSentLoss));
            return RankedScores.Loss(input.Cosines * Number(loss.Scale), input.TargetsFor(nameof(CoSentLoss), "a gold score for each pair"));
        }
    }
}
