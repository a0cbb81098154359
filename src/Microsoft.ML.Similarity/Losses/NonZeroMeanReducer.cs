using static Microsoft.ML.Similarity.Tensors.Numbers;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Losses;

/// <summary>The weighted mean of the losses that are not 0: tuples that are learned do not dilute the others, and NaN shows.</summary>
public sealed record NonZeroMeanReducer : Reducer
{
    private protected override (Tensor Losses, Tensor Taken) Take(Tensor losses, Tensor selected) =>
        (losses, selected.logical_and(losses.detach().ne(Zero)));
}
