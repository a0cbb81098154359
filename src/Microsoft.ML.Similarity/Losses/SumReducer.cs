using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Losses;

/// <summary>The weighted sum of all losses.</summary>
public sealed record SumReducer : Reducer
{
    internal override Tensor Divide(Tensor sum, Tensor weight) => sum;

    private protected override (Tensor Losses, Tensor Taken) Take(Tensor losses, Tensor selected) => (losses, selected);
}
