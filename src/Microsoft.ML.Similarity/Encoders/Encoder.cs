using System.Text.Json.Serialization;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Encoders;

/// <summary>
/// The network that turns a row into an embedding, by declaration: immutable, comparable by value, saved with the model.
/// </summary>
[JsonDerivedType(typeof(LinearEncoder), "linear")]
[JsonDerivedType(typeof(MlpEncoder), "mlp")]
[JsonDerivedType(typeof(ConvNetEncoder), "convNet")]
[JsonDerivedType(typeof(ResNetEncoder), "resNet")]
public abstract record Encoder
{
    /// <summary>The number of values of an embedding, at least 1. Default 64.</summary>
    public int OutputDimension { get; init => field = Positive(value, nameof(OutputDimension)); } = 64;

    /// <summary>
    /// Whether embeddings are scaled to length 1, so that Euclidean distance and cosine order neighbours alike. Default
    /// true. An embedding of only zeros stays as it is.
    /// </summary>
    public bool L2Normalize { get; init; } = true;

    /// <summary>
    /// Whether the network begins by bringing each feature to mean 0 and standard deviation 1, with the statistics of the
    /// training rows, which become part of the model. Default true. A feature that never varies is only shifted. Encoders of
    /// images do so by channel.
    /// </summary>
    public bool StandardizeInputs { get; init; } = true;

    /// <summary>The network with fresh weights.</summary>
    /// <param name="inputDimension">The number of features of a row.</param>
    /// <param name="generator">Draws the initial weights; of the CPU.</param>
    internal EncoderModule CreateModule(int inputDimension, Generator generator)
    {
        using var scope = NewDisposeScope();
        var module = BuildModule(inputDimension, generator);
        // The module owns its state, whatever scope the caller is in.
        foreach (var value in module.state_dict().Values)
            value.DetachFromDisposeScope();
        module.RowsAtOnce = RowsAtOnce;
        return module;
    }

    /// <summary>Refuses values that do not go together.</summary>
    /// <exception cref="ArgumentException">They do not.</exception>
    internal virtual void Check()
    {
    }

    /// <summary>Overwrites freshly drawn weights with those that the declaration says training begins with.</summary>
    /// <returns>The names of weights for which it says so, but which had to be left as drawn.</returns>
    /// <exception cref="FormatException">The weights named do not fit the encoder.</exception>
    /// <exception cref="IOException">They cannot be read.</exception>
    internal virtual IReadOnlyList<string> BeginWith(EncoderModule module) => [];

    /// <summary>How many rows are best embedded together, where nothing is trained: more would take much memory.</summary>
    internal virtual int RowsAtOnce => 1024;

    /// <summary>
    /// Whether, in training, the embedding of a row depends on the other rows of its batch, as with batch normalisation.
    /// </summary>
    internal virtual bool DependsOnBatch => false;

    /// <summary>The pixels wanted of a picture, where a column of pictures can be embedded; else null.</summary>
    internal virtual ImageShape? Pictures => null;

    private protected abstract EncoderModule BuildModule(int inputDimension, Generator generator);

    /// <summary>The same network as plain arrays, where it is made of dense layers only; else null.</summary>
    /// <param name="weights">The module's weights and buffers by name.</param>
    /// <param name="inputDimension">The number of features of a row.</param>
    internal virtual DenseNetwork? CreateDenseNetwork(EncoderWeights weights, int inputDimension) => null;

    /// <summary>The weights of the same network with the first values of its output only.</summary>
    /// <param name="weights">The module's weights and buffers by name.</param>
    /// <param name="dimension">How many values to keep, from 1 to <see cref="OutputDimension"/>.</param>
    internal abstract EncoderWeights Truncate(EncoderWeights weights, int dimension);

    private protected static int Positive(int value, string name) =>
        value >= 1 ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} must be at least 1.");
}
