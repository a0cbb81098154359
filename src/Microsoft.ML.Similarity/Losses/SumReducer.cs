using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Losses;

/// <summary>The weighted sum of all losses.</summary>
public sealed record SumReducer : Reducer
{
    /// <inheritdoc/>
    public override Tensor Reduce(Tensor losses, Tensor selected, Tensor? weights) =>
        Sum(losses, selected, Share(losses, selected, weights));
}
