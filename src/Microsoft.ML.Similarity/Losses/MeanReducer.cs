using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Losses;

/// <summary>The weighted mean of all losses.</summary>
public sealed record MeanReducer : Reducer
{
    /// <inheritdoc/>
    public override Tensor Reduce(Tensor losses, Tensor selected, Tensor? weights) => Mean(losses, selected, weights);
}
