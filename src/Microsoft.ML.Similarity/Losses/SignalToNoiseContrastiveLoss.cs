using Microsoft.ML.Similarity.Distances;
using static Microsoft.ML.Similarity.Tensors.Ranges;

namespace Microsoft.ML.Similarity.Losses;

/// <summary>
/// The contrastive loss on the signal-to-noise distance, in which the anchor's own variance is the measure.
/// </summary>
/// <remarks>
/// As <see cref="ContrastiveLoss"/>, by <see cref="Microsoft.ML.Similarity.Distances.SignalToNoiseDistance"/>. Yuan et al., "Signal-to-Noise Ratio: A Robust Distance
/// Metric for Deep Metric Learning" (2019). O(B²) memory.
/// </remarks>
public sealed record SignalToNoiseContrastiveLoss : Loss
{
    /// <summary>Positive pairs this close have no loss; at least 0. Default 0.</summary>
    public double PositiveMargin { get; init => field = AtLeast(value, 0, nameof(PositiveMargin)); }

    /// <summary>Negative pairs this far apart have no loss; at least 0. Default 1.</summary>
    public double NegativeMargin { get; init => field = AtLeast(value, 0, nameof(NegativeMargin)); } = 1;

    /// <inheritdoc/>
    protected override LossModule BuildModule(LossContext? context) => new ContrastiveLoss
    {
        PositiveMargin = PositiveMargin,
        NegativeMargin = NegativeMargin,
        Distance = new SignalToNoiseDistance(),
        Reducer = Reducer,
    }.CreateModule(context);
}
