using static Microsoft.ML.Similarity.Tensors.Numbers;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Losses;

/// <summary>The weighted mean of the losses that are not 0: tuples that are learned do not dilute the others, and NaN shows.</summary>
public sealed record NonZeroMeanReducer : Reducer
{
    /// <inheritdoc/>
    public override Tensor Reduce(Tensor losses, Tensor selected, Tensor? weights) =>
        Mean(losses, selected.logical_and(losses.detach().ne(Zero)), weights);
}
