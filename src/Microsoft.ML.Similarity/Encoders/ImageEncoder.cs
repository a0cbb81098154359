using System.Text.Json.Serialization;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Encoders;

/// <summary>A convolutional network on the pixels of pictures of one size.</summary>
/// <remarks>
/// <para>
/// The feature column holds the pixels as <see cref="ImageShape"/> says; or, with 1 or 3 channels, images (<see cref="Data.MLImage"/>) or the bytes of their files
/// (a vector of Byte of variable size), which are brought to this size and to 0..1. <see cref="Encoder.StandardizeInputs"/> works by channel here: all
/// pixels of a channel are shifted and scaled alike. In training, batch normalisation takes its statistics from the rows embedded together,
/// so gradient caching is refused.
/// </para>
/// <para>Embedding, too, is computed by libtorch, which the application then needs where it uses a trained model.</para>
/// </remarks>
public abstract record ImageEncoder : Encoder
{
    // 128 MiB for the largest activation of a batch.
    private const long MaximumActivations = 1 << 25;

    private protected ImageEncoder()
    {
    }

    /// <summary>How the pixels lie in a feature vector.</summary>
    public required ImageShape Image { get; init => field = value ?? throw new ArgumentNullException(nameof(Image)); }

    /// <summary>
    /// A safetensors file with the weights that training begins with, by the names of this encoder; null, the default, to draw them. Read when
    /// training begins. It says how to begin, not what the network is: it is neither saved with the model nor compared.
    /// </summary>
    /// <remarks>
    /// The file must have all weights, with these exceptions: the last layer (<c>fc</c>) is drawn where the file lacks it or has it of another
    /// shape; layers of a projection are drawn where the file lacks them; counts of batches (<c>num_batches_tracked</c>) may be
    /// missing. Standardisation is by the training rows, whatever the file has. Weights that the encoder does not have are refused. The log tells what was drawn.
    /// Values are read as F32, F64 or I64.
    /// </remarks>
    [JsonIgnore]
    public string? WeightsFile { get; init; }

    internal override bool DependsOnBatch => true;

    // Pictures are grey or coloured: other channels only vectors have.
    internal sealed override ImageShape? Pictures => Image.Channels is 1 or 3 ? Image : null;

    internal override int RowsAtOnce => (int)Math.Clamp(MaximumActivations / LargestActivation, 1, base.RowsAtOnce);

    /// <summary>The most values that one layer gives for one picture.</summary>
    private protected abstract long LargestActivation { get; }

    /// <summary>The network itself, for pictures of <see cref="Image"/>.</summary>
    private protected abstract ImageModule BuildModule(Generator generator);

    /// <inheritdoc/>
    internal sealed override IReadOnlyList<string> BeginWith(EncoderModule module) =>
        WeightsFile is null ? [] : InitialWeights.Load(WeightsFile, (ImageModule)module);

    private protected sealed override EncoderModule BuildModule(int inputDimension, Generator generator) =>
        inputDimension == Image.Length
            ? BuildModule(generator)
            : throw new InvalidOperationException(
                $"The feature column has {inputDimension} values; {GetType().Name}.Image is {Image}, which is {Image.Length}.");

    /// <inheritdoc/>
    internal sealed override EncoderWeights Truncate(EncoderWeights weights, int dimension) =>
        new(weights.Entries.Select(entry => entry.Key.StartsWith($"{ImageModule.OutputName}.", StringComparison.Ordinal)
            ? KeyValuePair.Create(entry.Key, entry.Value.FirstRows(dimension))
            : entry));

    /// <summary>Where the weights come from does not count.</summary>
    public virtual bool Equals(ImageEncoder? other) => base.Equals(other) && Image == other.Image;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(base.GetHashCode(), Image);

    private protected static IReadOnlyList<int> CheckWidths(IReadOnlyList<int> value, string name)
    {
        ArgumentNullException.ThrowIfNull(value, name);
        return [.. value.Select(width => width >= 1 ? width : throw new ArgumentOutOfRangeException(name, width, $"Each of {name} must be at least 1."))];
    }
}
