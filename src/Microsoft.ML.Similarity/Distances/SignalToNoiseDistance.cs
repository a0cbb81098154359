using static Microsoft.ML.Similarity.Tensors.Numbers;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Distances;

/// <summary>
/// The variance of the difference over the variance of the anchor: var(x - y) / var(x), over the values of an embedding. Not
/// symmetric: anchors are the left rows.
/// </summary>
/// <remarks>
/// Yuan et al., "Signal-to-Noise Ratio: A Robust Distance Metric for Deep Metric Learning" (2019). O(n·m) memory. An anchor whose values
/// are all equal has no signal: its distances are finite, and their gradient 0.
/// </remarks>
public sealed record SignalToNoiseDistance : Distance
{
    private const double SmallestVariance = 1e-12;

    /// <summary>Whether embeddings are scaled to length 1 first. Default true.</summary>
    public bool Normalize { get; init; } = true;

    /// <inheritdoc/>
    public override Tensor Pairwise(Tensor left, Tensor right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        var same = ReferenceEquals(left, right);
        left = Center(left);
        right = same ? left : Center(right);
        var noise = PairwiseSquares.Compute(left, right, normalize: false).Squares.clamp_min(Zero);
        var signal = left.square().sum(1, keepdim: true);
        var silent = signal.detach() <= Number(SmallestVariance);
        return (noise / signal.masked_fill(silent, One)).masked_fill(silent, Zero);
    }

    // Of centred rows, sums of squares are variances but for a factor that cancels.
    private Tensor Center(Tensor rows)
    {
        if (Normalize)
            rows = UnitRows.Of(rows);
        return rows - rows.mean([1], keepdim: true);
    }
}
