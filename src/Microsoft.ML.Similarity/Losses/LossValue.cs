using static Microsoft.ML.Similarity.Tensors.Numbers;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Losses;

/// <summary>The loss of one batch.</summary>
/// <param name="Value">A scalar with gradient.</param>
/// <param name="ActiveFraction">
/// A scalar without gradient, on the same device: the share of the selected tuples (triplets, or pairs) that still have a
/// loss; 0 where there are none.
/// </param>
public sealed record LossValue(Tensor Value, Tensor ActiveFraction)
{
    /// <summary>The losses of a batch's tuples reduced to one number.</summary>
    /// <param name="losses">[B] or [B, n] losses.</param>
    /// <param name="selected">Which of them there are.</param>
    /// <param name="reducer">The way to one number.</param>
    /// <param name="weights">[B] weights of the anchors, or null.</param>
    internal static LossValue Of(Tensor losses, Tensor selected, Reducer reducer, Tensor? weights) =>
        new(reducer.Reduce(losses, selected, weights), Active(losses, selected));

    /// <summary>The share of the selected losses that are above 0.</summary>
    internal static Tensor Active(Tensor losses, Tensor selected) =>
        CountActive(losses, selected) / selected.sum().clamp_min(One);

    /// <summary>How many of the selected losses are above 0.</summary>
    internal static Tensor CountActive(Tensor losses, Tensor selected) => selected.logical_and(losses.detach() > Zero).sum();

    /// <summary>The weighted sum of losses of one batch; active is the weighted mean of what is active in each.</summary>
    internal static LossValue Sum(IReadOnlyList<LossValue> parts, IReadOnlyList<double> weights)
    {
        var (value, active) = Weigh(0);
        for (var i = 1; i < parts.Count; i++)
        {
            var next = Weigh(i);
            (value, active) = (value + next.Value, active + next.Active);
        }
        var total = weights.Sum();
        return new(value, total > 0 ? active / Number(total) : active);

        (Tensor Value, Tensor Active) Weigh(int i) => (parts[i].Value * Number(weights[i]), parts[i].ActiveFraction * Number(weights[i]));
    }
}
