using static Microsoft.ML.Similarity.Tensors.Ranges;

namespace Microsoft.ML.Similarity.Losses.Pairs;

/// <summary>One loss of a <see cref="SumPairLoss"/>.</summary>
/// <param name="Loss">The loss.</param>
/// <param name="Weight">What it is multiplied with, at least 0. Default 1.</param>
public sealed record PairLossTerm(PairLoss Loss, double Weight = 1)
{
    /// <summary>The loss.</summary>
    public PairLoss Loss { get; init => field = value ?? throw new ArgumentNullException(nameof(Loss)); } = Loss ?? throw new ArgumentNullException(nameof(Loss));

    /// <summary>What the loss is multiplied with, at least 0.</summary>
    public double Weight { get; init => field = AtLeast(value, 0, nameof(Weight)); } = AtLeast(Weight, 0, nameof(Weight));
}
