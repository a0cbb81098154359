using Microsoft.ML.Similarity.Miners;
using static Microsoft.ML.Similarity.Tensors.Ranges;

namespace Microsoft.ML.Similarity.Losses;

/// <summary>One loss of a <see cref="SumLoss"/>.</summary>
/// <param name="Loss">The loss. Where its distance is null, it takes that of the sum.</param>
/// <param name="Weight">What it is multiplied with, at least 0. Default 1.</param>
/// <param name="Miner">
/// Chooses the tuples of this loss, in place of the trainer's miner; null, the default, for the trainer's. Where its distance is
/// null, it compares as the loss does.
/// </param>
public sealed record LossTerm(Loss Loss, double Weight = 1, Miner? Miner = null)
{
    /// <summary>The loss.</summary>
    public Loss Loss { get; init => field = value ?? throw new ArgumentNullException(nameof(Loss)); } = Loss ?? throw new ArgumentNullException(nameof(Loss));

    /// <summary>What the loss is multiplied with, at least 0.</summary>
    public double Weight { get; init => field = AtLeast(value, 0, nameof(Weight)); } = AtLeast(Weight, 0, nameof(Weight));
}
