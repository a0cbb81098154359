using System.Text.Json.Serialization;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Distances;

/// <summary>How far two embeddings are apart, as losses and miners measure it. A declaration: immutable and comparable by value.</summary>
[JsonDerivedType(typeof(EuclideanDistance), "euclidean")]
[JsonDerivedType(typeof(SquaredEuclideanDistance), "squaredEuclidean")]
[JsonDerivedType(typeof(LpDistance), "lp")]
[JsonDerivedType(typeof(CosineDistance), "cosine")]
[JsonDerivedType(typeof(InnerProductDistance), "innerProduct")]
[JsonDerivedType(typeof(SignalToNoiseDistance), "signalToNoise")]
public abstract record Distance
{
    /// <summary>The distances between all rows of two batches, with gradients that are finite everywhere.</summary>
    /// <param name="left">[n, d] embeddings.</param>
    /// <param name="right">[m, d] embeddings.</param>
    /// <returns>[n, m]; smaller is more similar.</returns>
    public abstract Tensor Pairwise(Tensor left, Tensor right);
}
