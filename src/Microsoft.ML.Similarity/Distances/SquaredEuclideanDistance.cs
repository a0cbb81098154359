using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Distances;

/// <summary>The squared Euclidean distance, of the embeddings as they are or of their directions.</summary>
public sealed record SquaredEuclideanDistance : Distance
{
    /// <summary>Whether embeddings are scaled to length 1 first: then distances are at most 4. Default true.</summary>
    public bool Normalize { get; init; } = true;

    /// <inheritdoc/>
    /// <remarks>Computed as one matrix product, in O(n·m) memory.</remarks>
    public override Tensor Pairwise(Tensor left, Tensor right) => PairwiseSquares.Compute(left, right, Normalize).Squares;
}
