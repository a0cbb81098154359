using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Losses;

/// <summary>From the losses of single tuples to one number.</summary>
internal static class Reduction
{
    /// <summary>The weighted mean of those selected losses that are above 0; 0, with gradient 0, where there are none.</summary>
    /// <param name="losses">[B, B], at least 0.</param>
    /// <param name="selected">[B, B] Booleans.</param>
    /// <param name="weights">[B] weights of the anchors (rows), or null.</param>
    /// <returns>The mean, and how many losses were above 0 and selected, as scalars on the device.</returns>
    public static (Tensor Mean, Tensor NonZero, Tensor All) MeanOfNonZero(Tensor losses, Tensor selected, Tensor? weights)
    {
        var active = selected.logical_and(losses.detach() > 0);
        var share = active.to(losses.dtype);
        if (weights is not null)
            share = share * weights.to(losses.dtype).unsqueeze(1);
        var total = share.sum();
        // where(), not a product: a masked infinity must not become NaN.
        var sum = (losses.masked_fill(active.logical_not(), 0) * share).sum();
        return (sum / total.masked_fill(total.eq(0), 1), active.sum(), selected.sum());
    }
}
