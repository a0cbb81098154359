using TorchSharp;
using static Microsoft.ML.Similarity.Tensors.Numbers;
using static Microsoft.ML.Similarity.Tensors.Ranges;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Losses;

/// <summary>
/// The angle to the weight vector of the own class is multiplied.
/// </summary>
/// <remarks>
/// Cross entropy over |x|·s·cos θ, with (-1)^k·cos(mθ) - 2k for the own class, k = ⌊mθ/π⌋, which keeps it falling. Liu et al., "SphereFace: Deep Hypersphere
/// Embedding for Face Recognition" (2017).
/// </remarks>
public sealed record SphereFaceLoss : ClassWeightLoss
{
    /// <summary>m, the whole number that the angle is multiplied by, at least 1. Default 4, the paper's.</summary>
    public int Margin
    {
        get;
        init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(Margin), value, "Margin must be at least 1.");
    } = 4;

    /// <summary>s, above 0. Default 1, the paper's.</summary>
    public double Scale { get; init => field = Above(value, 0, nameof(Scale)); } = 1;

    internal override LossValue Compute(EmbeddedBatch batch, Tensor weights, Tensor target)
    {
        var cosine = Cosine(batch, weights);
        var turns = (cosine.detach().clamp(Number(-1), One).acos() * Number(Margin / Math.PI)).floor();
        var sign = One - turns.remainder(Number(2)) * Number(2);
        var moved = torch.where(target, sign * CosineOfMultiple(cosine, Margin) - turns * Number(2), cosine);
        var lengths = linalg.vector_norm(batch.Embeddings, ord: 2, dims: [1], keepdim: true);
        return CrossEntropy(batch, moved * lengths * Number(Scale), target);
    }

    // Chebyshev's recurrence: cos(nθ) = 2·cos θ·cos((n-1)θ) - cos((n-2)θ), a polynomial with finite slopes everywhere.
    private static Tensor CosineOfMultiple(Tensor cosine, int multiple)
    {
        var (before, current) = (ones_like(cosine), cosine);
        for (var n = 2; n <= multiple; n++)
            (before, current) = (current, cosine * current * Number(2) - before);
        return current;
    }
}
