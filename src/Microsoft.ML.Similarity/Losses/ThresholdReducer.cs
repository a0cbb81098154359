using static Microsoft.ML.Similarity.Tensors.Numbers;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Losses;

/// <summary>The weighted mean of the losses between two bounds, bounds excluded.</summary>
public sealed record ThresholdReducer : Reducer
{
    /// <summary>Losses must be above this. Default negative infinity.</summary>
    public double Above { get; init; } = double.NegativeInfinity;

    /// <summary>Losses must be below this. Default infinity.</summary>
    public double Below { get; init; } = double.PositiveInfinity;

    private protected override (Tensor Losses, Tensor Taken) Take(Tensor losses, Tensor selected)
    {
        var values = losses.detach();
        return (losses, selected.logical_and(values > Number(Above)).logical_and(values < Number(Below)));
    }
}
