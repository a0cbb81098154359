using static Microsoft.ML.Similarity.Tensors.Numbers;
using static Microsoft.ML.Similarity.Tensors.Ranges;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Losses;

/// <summary>
/// The angle to the weight vector of the own class must be smaller, by a margin, than a classifier by cosine would ask.
/// </summary>
/// <remarks>
/// Cross entropy over s·cos θ, with cos(θ + m) for the own class; beyond θ = π - m, where that would rise again, cos θ - m·sin m. Deng et al., "ArcFace: Additive
/// Angular Margin Loss for Deep Face Recognition" (2019).
/// </remarks>
public sealed record ArcFaceLoss : ClassWeightLoss
{
    /// <summary>m in degrees, 0 to 90. Default 28.6, the paper's 0.5 radian.</summary>
    public double MarginDegrees { get; init => field = Between(value, 0, 90, nameof(MarginDegrees)); } = 28.6;

    /// <summary>s, above 0. Default 64, the paper's.</summary>
    public double Scale { get; init => field = Above(value, 0, nameof(Scale)); } = 64;

    internal override LossValue Compute(EmbeddedBatch batch, Tensor weights, Tensor target)
    {
        return CrossEntropy(batch, AngularMargin.Add(Cosine(batch, weights), target, MarginDegrees) * Number(Scale), target);
    }
}
