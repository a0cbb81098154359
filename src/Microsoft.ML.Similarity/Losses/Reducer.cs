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
    public Tensor Reduce(Tensor losses, Tensor selected, Tensor? weights)
    {
        var (sum, weight) = Parts(losses, selected, weights);
        return Divide(sum, weight);
    }

    /// <summary>The weighted sum of the losses taken, and their weight. Those of blocks of anchors add up to those of all.</summary>
    internal (Tensor Sum, Tensor Weight) Parts(Tensor losses, Tensor selected, Tensor? weights)
    {
        var (values, taken) = Take(losses, selected);
        var filled = SimilarityMask.Keep(values, taken);
        if (weights is null)
            return (filled.sum(), taken.to(values.dtype).sum());
        var share = weights.to(values.dtype);
        return values.dim() == 1
            ? ((filled * share).sum(), (taken * share).sum())
            : ((filled.sum(1) * share).sum(), (taken.sum(1) * share).sum());
    }

    /// <summary>One number from the weighted sum of the losses taken and their weight.</summary>
    internal virtual Tensor Divide(Tensor sum, Tensor weight) => sum / (weight + weight.eq(Zero));

    /// <summary>The losses to add up, of tuples or of anchors, and Booleans that say which of them; each anchor by itself.</summary>
    private protected abstract (Tensor Losses, Tensor Taken) Take(Tensor losses, Tensor selected);
}
