using static Microsoft.ML.Similarity.Tensors.Numbers;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Losses;

/// <summary>The mean of each anchor's losses, and of these the weighted mean over the anchors that have any.</summary>
public sealed record PerAnchorReducer : Reducer
{
    private protected override (Tensor Losses, Tensor Taken) Take(Tensor losses, Tensor selected)
    {
        if (losses.dim() == 1)
            return (losses, selected);
        var count = selected.sum(1);
        return (losses.masked_fill(selected.logical_not(), Zero).sum(1) / count.clamp_min(One).to(losses.dtype), count > Zero);
    }
}
