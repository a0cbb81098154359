using static Microsoft.ML.Similarity.Tensors.Numbers;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Distances;

/// <summary>The Euclidean distance, of the embeddings as they are or of their directions.</summary>
public sealed record EuclideanDistance : Distance
{
    /// <summary>Whether embeddings are scaled to length 1 first. Default true; a row of zeros stays a row of zeros.</summary>
    public bool Normalize { get; init; } = true;

    /// <inheritdoc/>
    /// <remarks>
    /// Equal rows have distance 0 and, where the square root has no derivative, gradient 0; so have rows too near to tell
    /// apart, in float32 nearer than about 1/500 of their distance from the middle of the batch. Computed as one matrix
    /// product, in O(n·m) memory.
    /// </remarks>
    public override Tensor Pairwise(Tensor left, Tensor right)
    {
        var (squares, zero) = PairwiseSquares.Compute(left, right, Normalize);
        // The square root's derivative must not meet 0, where it is infinite.
        return squares.requires_grad
            ? squares.masked_fill(zero, One).sqrt().masked_fill(zero, Zero)
            : squares.masked_fill_(zero, Zero).sqrt_();
    }
}
