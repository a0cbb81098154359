using System.Text.Json.Serialization;
using static Microsoft.ML.Similarity.Tensors.Numbers;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Losses;

/// <summary>From the losses of single tuples (pairs, or anchors) to one number. A declaration: immutable and comparable by value.</summary>
[JsonDerivedType(typeof(MeanReducer), "mean")]
[JsonDerivedType(typeof(NonZeroMeanReducer), "nonZeroMean")]
[JsonDerivedType(typeof(SumReducer), "sum")]
[JsonDerivedType(typeof(PerAnchorReducer), "perAnchor")]
[JsonDerivedType(typeof(ThresholdReducer), "threshold")]
public abstract record Reducer
{
    /// <summary>One number that backpropagates; exactly 0 where no loss is taken.</summary>
    /// <param name="losses">[B] losses of anchors, or [B, n] losses of tuples with anchors in rows.</param>
    /// <param name="selected">Booleans of the same shape: which losses there are.</param>
    /// <param name="weights">[B] weights of the anchors, or null.</param>
    public abstract Tensor Reduce(Tensor losses, Tensor selected, Tensor? weights);

    /// <summary>The weighted mean of the losses taken.</summary>
    private protected static Tensor Mean(Tensor losses, Tensor taken, Tensor? weights)
    {
        var share = Share(losses, taken, weights);
        var total = share.sum();
        return Sum(losses, taken, share) / total.masked_fill(total.eq(Zero), One);
    }

    /// <summary>The weighted sum of the losses taken.</summary>
    private protected static Tensor Sum(Tensor losses, Tensor taken, Tensor share) =>
        // Filled, not multiplied: a masked infinity must not become NaN.
        (losses.masked_fill(taken.logical_not(), Zero) * share).sum();

    /// <summary>The anchors' weights where a loss is taken, else 0.</summary>
    private protected static Tensor Share(Tensor losses, Tensor taken, Tensor? weights)
    {
        var share = taken.to(losses.dtype);
        if (weights is null)
            return share;
        var anchors = weights.to(losses.dtype);
        return share * (losses.dim() == 1 ? anchors : anchors.unsqueeze(1));
    }
}
