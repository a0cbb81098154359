using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Losses;

/// <summary>The weighted mean of the losses above 0: tuples that are learned do not dilute the others.</summary>
public sealed record NonZeroMeanReducer : Reducer
{
    /// <inheritdoc/>
    public override Tensor Reduce(Tensor losses, Tensor selected, Tensor? weights) =>
        Mean(losses, selected.logical_and(losses.detach() > 0), weights);
}
