using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Distances;

/// <summary>Minus the inner product, so that smaller is more similar; it may be negative.</summary>
public sealed record InnerProductDistance : Distance
{
    /// <inheritdoc/>
    public override Tensor Pairwise(Tensor left, Tensor right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        return -left.matmul(right.t());
    }
}
