using static Microsoft.ML.Similarity.Tensors.Numbers;
using static Microsoft.ML.Similarity.Tensors.Ranges;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Losses;

/// <summary>
/// The cosine with the weight vector of the own class must be larger, by a margin, than a classifier by cosine would ask.
/// </summary>
/// <remarks>
/// Cross entropy over s·cos θ, with cos θ - m for the own class. Wang et al., "CosFace: Large Margin Cosine Loss for Deep Face Recognition" (2018).
/// </remarks>
public sealed record CosFaceLoss : ClassWeightLoss
{
    /// <summary>m, at least 0. Default 0.35, the paper's.</summary>
    public double Margin { get; init => field = AtLeast(value, 0, nameof(Margin)); } = 0.35;

    /// <summary>s, above 0. Default 64, the paper's.</summary>
    public double Scale { get; init => field = Above(value, 0, nameof(Scale)); } = 64;

    internal override LossValue Compute(EmbeddedBatch batch, Tensor weights, Tensor target)
    {
        var cosine = Cosine(batch, weights);
        return CrossEntropy(batch, (cosine - target.to(cosine.dtype) * Number(Margin)) * Number(Scale), target);
    }
}
