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

    /// <inheritdoc/>
    public override Tensor Reduce(Tensor losses, Tensor selected, Tensor? weights)
    {
        var values = losses.detach();
        return Mean(losses, selected.logical_and(values > Number(Above)).logical_and(values < Number(Below)), weights);
    }
}
