using Microsoft.ML.Similarity.Encoders;

namespace Microsoft.ML.Similarity.Embedding;

/// <summary>A trained encoder: what it is and its weights. Immutable; safe for use by several threads.</summary>
public sealed class EmbeddingModel
{
    internal EmbeddingModel(Encoder encoder, int inputDimension, EncoderWeights weights)
    {
        Encoder = encoder;
        InputDimension = inputDimension;
        Weights = weights;
        Network = encoder.CreateDenseNetwork(weights, inputDimension);
    }

    /// <summary>The network's declaration.</summary>
    public Encoder Encoder { get; }

    /// <summary>The number of features of a row.</summary>
    public int InputDimension { get; }

    /// <summary>The number of values of an embedding.</summary>
    public int OutputDimension => Encoder.OutputDimension;

    internal EncoderWeights Weights { get; }

    internal DenseNetwork Network { get; }

    /// <summary>The same encoder with the first values of its output only.</summary>
    internal EmbeddingModel Truncate(int dimension) =>
        new(Encoder with { OutputDimension = dimension }, InputDimension, Encoder.Truncate(Weights, dimension));
}
