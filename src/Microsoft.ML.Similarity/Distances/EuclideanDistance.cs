using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Distances;

/// <summary>The Euclidean distance, of the embeddings as they are or of their directions.</summary>
public sealed record EuclideanDistance : Distance
{
    private const double SmallestNorm = 1e-12;

    /// <summary>Whether embeddings are scaled to length 1 first. Default true; a row of zeros stays a row of zeros.</summary>
    public bool Normalize { get; init; } = true;

    /// <inheritdoc/>
    /// <remarks>
    /// Equal rows have distance 0 and, where the square root has no derivative, gradient 0. Computed as one matrix product,
    /// in O(n·m) memory.
    /// </remarks>
    public override Tensor Pairwise(Tensor left, Tensor right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        var same = ReferenceEquals(left, right);
        if (Normalize)
        {
            left = nn.functional.normalize(left, p: 2, dim: 1, eps: SmallestNorm);
            right = same ? left : nn.functional.normalize(right, p: 2, dim: 1, eps: SmallestNorm);
        }
        var squares = left.square().sum(1, keepdim: true);
        var others = same ? squares : right.square().sum(1, keepdim: true);
        var squared = (squares + others.t()).addmm(left, right.t(), beta: 1, alpha: -2);
        // Rounding can leave a little more or less than 0 where rows are equal: there the root's slope is taken as 0.
        var zero = squared.detach() <= 0;
        if (same)
            zero = zero.logical_or(eye(left.shape[0], dtype: ScalarType.Bool, device: left.device));
        return squared.masked_fill(zero, 1).sqrt().masked_fill(zero, 0);
    }
}
