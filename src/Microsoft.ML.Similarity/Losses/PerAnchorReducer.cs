using static Microsoft.ML.Similarity.Tensors.Numbers;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Losses;

/// <summary>The mean of each anchor's losses, and of these the weighted mean over the anchors that have any.</summary>
public sealed record PerAnchorReducer : Reducer
{
    /// <inheritdoc/>
    public override Tensor Reduce(Tensor losses, Tensor selected, Tensor? weights)
    {
        if (losses.dim() == 1)
            return Mean(losses, selected, weights);
        var count = selected.sum(1);
        var means = losses.masked_fill(selected.logical_not(), Zero).sum(1) / count.clamp_min(One).to(losses.dtype);
        return Mean(means, count > Zero, weights);
    }
}
