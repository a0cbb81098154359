using Microsoft.ML.Similarity.Losses.Pairs;

namespace Microsoft.ML.Similarity.Losses.Views;

/// <summary>
/// The loss of BYOL and SimSiam: a prediction from one view, the left row, should have the direction of the other view's
/// projection, the right row, which gets no gradient.
/// </summary>
/// <remarks>
/// The mean of -cos(left, right). Both papers add the same with the views exchanged. Chen and He, "Exploring Simple Siamese
/// Representation Learning" (2021); Grill et al., "Bootstrap Your Own Latent" (2020), whose 2 - 2·cos has twice the gradient.
/// </remarks>
public sealed record NegativeCosineLoss : PairLoss
{
    /// <inheritdoc/>
    protected override PairLossModule BuildModule(LossContext? context) => new Module();

    private sealed class Module() : PairLossModule(nameof(NegativeCosineLoss))
    {
        public override LossValue forward(PairBatch input) =>
            AllActive(WeightedMean(input, (input.LeftDirections * input.RightDirections.detach()).sum(1).neg()));
    }
}
