using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Losses;

/// <summary>The weighted mean of all losses.</summary>
public sealed record MeanReducer : Reducer
{
    private protected override (Tensor Losses, Tensor Taken) Take(Tensor losses, Tensor selected) => (losses, selected);
}
