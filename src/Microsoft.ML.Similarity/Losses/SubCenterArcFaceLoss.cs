using static Microsoft.ML.Similarity.Tensors.Numbers;
using static Microsoft.ML.Similarity.Tensors.Ranges;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Losses;

/// <summary>
/// ArcFace with several weight vectors a class, of which the nearest counts, so that noisy or varied classes need no single centre.
/// </summary>
/// <remarks>
/// Deng et al., "Sub-center ArcFace: Boosting Face Recognition by Large-Scale Noisy Web Faces" (2020).
/// </remarks>
public sealed record SubCenterArcFaceLoss : ClassWeightLoss
{
    /// <summary>m in degrees, 0 to 90. Default 28.6, the paper's 0.5 radian.</summary>
    public double MarginDegrees { get; init => field = Between(value, 0, 90, nameof(MarginDegrees)); } = 28.6;

    /// <summary>s, above 0. Default 64, the paper's.</summary>
    public double Scale { get; init => field = Above(value, 0, nameof(Scale)); } = 64;

    /// <summary>The vectors of a class, at least 1. Default 3, the paper's.</summary>
    public int SubCenters
    {
        get;
        init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(SubCenters), value, "SubCenters must be at least 1.");
    } = 3;

    internal override int VectorsPerClass => SubCenters;

    internal override LossValue Compute(EmbeddedBatch batch, Tensor weights, Tensor target)
    {
        var cosine = Cosine(batch, weights).view(batch.Embeddings.shape[0], -1, SubCenters).amax(2);
        return CrossEntropy(batch, AngularMargin.Add(cosine, target, MarginDegrees) * Number(Scale), target);
    }
}
