using static Microsoft.ML.Similarity.Tensors.Numbers;
using static Microsoft.ML.Similarity.Tensors.Ranges;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Losses;

/// <summary>
/// A classifier by cosine.
/// </summary>
/// <remarks>
/// Cross entropy over cos θ / T. Zhai and Wu, "Classification is a Strong Baseline for Deep Metric Learning" (2019).
/// </remarks>
public sealed record NormalizedSoftmaxLoss : ClassWeightLoss
{
    /// <summary>T, above 0. Default 0.05, the paper's.</summary>
    public double Temperature { get; init => field = Above(value, 0, nameof(Temperature)); } = 0.05;

    internal override LossValue Compute(EmbeddedBatch batch, Tensor weights, Tensor target)
    {
        return CrossEntropy(batch, Cosine(batch, weights) / Number(Temperature), target);
    }
}
