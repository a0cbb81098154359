using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.ML.Similarity.Encoders;
using Microsoft.ML.Similarity.Losses;

namespace Microsoft.ML.Similarity.Embedding;

/// <summary>A trained encoder: what it is and its weights. Immutable; safe for use by several threads.</summary>
public sealed class EmbeddingModel
{
    internal EmbeddingModel(Encoder encoder, int inputDimension, EncoderWeights weights, LossState? lossState)
    {
        Encoder = encoder;
        InputDimension = inputDimension;
        Weights = weights;
        LossState = lossState;
        Network = encoder.CreateDenseNetwork(weights, inputDimension);
    }

    /// <summary>The network's declaration.</summary>
    public Encoder Encoder { get; }

    /// <summary>The number of features of a row.</summary>
    public int InputDimension { get; }

    /// <summary>The number of values of an embedding.</summary>
    public int OutputDimension => Encoder.OutputDimension;

    /// <summary>What the loss it was trained with has learned or remembers; null for a loss without state. Embedding does not need it.</summary>
    public LossState? LossState { get; }

    internal EncoderWeights Weights { get; }

    /// <summary>The network as plain arrays; null where only libtorch evaluates it.</summary>
    internal DenseNetwork? Network { get; }

    /// <summary>A number by which to tell the model from others of the same encoder: of its weights, and of what its loss has learned.</summary>
    internal string Checksum()
    {
        using var hash = SHA256.Create();
        using (var stream = new CryptoStream(Stream.Null, hash, CryptoStreamMode.Write))
        {
            Weights.Write(stream);
            LossState?.Write(stream);
            JsonSerializer.Serialize(stream, LossState?.Classes);
        }
        return Convert.ToHexString(hash.Hash.AsSpan(0, 8));
    }

    /// <summary>The same encoder with the first values of its output only; without the loss's state, which is about all of them.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="dimension"/> is below 1 or above <see cref="OutputDimension"/>.</exception>
    internal EmbeddingModel Truncate(int dimension) => dimension < 1 || dimension > OutputDimension
        ? throw new ArgumentOutOfRangeException(nameof(dimension), dimension, $"dimension must be at least 1 and at most {OutputDimension}, the values of an embedding.")
        : new(Encoder with { OutputDimension = dimension }, InputDimension, Encoder.Truncate(Weights, dimension), lossState: null);
}
