using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Distances;

/// <summary>The Minkowski distance (Σ |x - y|^p)^(1/p), of the embeddings as they are or of their directions.</summary>
public sealed record LpDistance : Distance
{
    /// <summary>p, at least 1. Default 1: the Manhattan distance. For 2, <see cref="EuclideanDistance"/> is faster.</summary>
    public double P
    {
        get;
        init => field = value >= 1 && double.IsFinite(value)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(P), value, "P must be a finite number of at least 1.");
    } = 1;

    /// <summary>Whether embeddings are scaled to length 1, by the Euclidean norm, first. Default true.</summary>
    public bool Normalize { get; init; } = true;

    /// <inheritdoc/>
    public override Tensor Pairwise(Tensor left, Tensor right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        return Normalize ? cdist(UnitRows.Of(left), UnitRows.Of(right), P) : cdist(left, right, P);
    }
}
