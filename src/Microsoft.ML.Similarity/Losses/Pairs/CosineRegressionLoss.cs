namespace Microsoft.ML.Similarity.Losses.Pairs;

/// <summary>The cosine of a scored pair should be its gold score.</summary>
/// <remarks>
/// The mean of (cos - gold)² over the pairs; gold scores from -1 to 1. Reimers and Gurevych, "Sentence-BERT" (2019), the
/// regression objective.
/// </remarks>
public sealed record CosineRegressionLoss : PairLoss
{
    internal override double LargestTarget => 1;

    /// <inheritdoc/>
    protected override PairLossModule BuildModule(LossContext? context) => new Module();

    private sealed class Module() : PairLossModule(nameof(CosineRegressionLoss))
    {
        public override LossValue forward(PairBatch input) =>
            Mean(input, (input.Cosines - input.TargetsFor(nameof(CosineRegressionLoss), "a gold score for each pair").to(input.Left.dtype)).square());
    }
}
