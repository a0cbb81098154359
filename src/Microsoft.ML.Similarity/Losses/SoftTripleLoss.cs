using static Microsoft.ML.Similarity.Tensors.Numbers;
using static Microsoft.ML.Similarity.Tensors.Ranges;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Losses;

/// <summary>
/// A classifier by cosine with several centres a class, mixed by how near they are.
/// </summary>
/// <remarks>
/// Cross entropy over λ·S, with S - δ for the own class, and S of a class the mean of the cosines with its centres weighted by their softmax at temperature γ. Qian et al.,
/// "SoftTriple Loss: Deep Metric Learning Without Triplet Sampling" (2019), without its regulariser that merges centres.
/// </remarks>
public sealed record SoftTripleLoss : ClassWeightLoss
{
    /// <summary>The centres of a class, at least 1. Default 10, the paper's.</summary>
    public int CentersPerClass
    {
        get;
        init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(CentersPerClass), value, "CentersPerClass must be at least 1.");
    } = 10;

    internal override int VectorsPerClass => CentersPerClass;

    /// <summary>λ, above 0. Default 20, the paper's.</summary>
    public double Scale { get; init => field = Above(value, 0, nameof(Scale)); } = 20;

    /// <summary>γ, above 0. Default 0.1, the paper's.</summary>
    public double Gamma { get; init => field = Above(value, 0, nameof(Gamma)); } = 0.1;

    /// <summary>δ, at least 0. Default 0.01, the paper's.</summary>
    public double Margin { get; init => field = AtLeast(value, 0, nameof(Margin)); } = 0.01;

    internal override LossValue Compute(EmbeddedBatch batch, Tensor weights, Tensor target)
    {
        var cosine = Cosine(batch, weights).view(batch.Embeddings.shape[0], -1, CentersPerClass);
        var similarity = ((cosine / Number(Gamma)).softmax(2) * cosine).sum(2);
        return CrossEntropy(batch, (similarity - target.to(similarity.dtype) * Number(Margin)) * Number(Scale), target);
    }
}
