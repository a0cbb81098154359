using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Encoders;

/// <summary>
/// A linear map x → Wx + b. Without <see cref="Encoder.L2Normalize"/>, Euclidean distances between its embeddings are a
/// Mahalanobis metric, with the matrix WᵀW, on the inputs.
/// </summary>
/// <remarks>The cheapest encoder, right for few rows and many features that are already good; b cancels in distances.</remarks>
public sealed record LinearEncoder : Encoder
{
    private protected override EncoderModule BuildModule(int inputDimension, Generator generator) =>
        new DenseModule(this, inputDimension, DenseShape.Linear, dropout: 0, generator);

    /// <inheritdoc/>
    internal override DenseNetwork CreateDenseNetwork(EncoderWeights weights, int inputDimension) =>
        DenseFolding.Fold(this, weights, inputDimension, DenseShape.Linear);

    /// <inheritdoc/>
    internal override EncoderWeights Truncate(EncoderWeights weights, int dimension) => DenseShape.Linear.Truncate(weights, dimension);
}
