using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Encoders;

/// <summary>
/// A multilayer perceptron: hidden layers of linear map, batch normalisation, activation and dropout, then a linear map;
/// by default added to a linear map of the inputs.
/// </summary>
public sealed record MlpEncoder : Encoder
{
    /// <summary>The widths of the hidden layers, each at least 1; none makes it linear. Default one layer of 256.</summary>
    public IReadOnlyList<int> HiddenWidths
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value, nameof(HiddenWidths));
            field = [.. value.Select(width => width >= 1
                ? width
                : throw new ArgumentOutOfRangeException(nameof(HiddenWidths), width, "Each of HiddenWidths must be at least 1."))];
        }
    } = [256];

    /// <summary>The function after each hidden layer. Default <see cref="Activation.Relu"/>.</summary>
    public Activation Activation
    {
        get;
        init => field = Enum.IsDefined(value)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(Activation), value, "Activation must be None, Relu, LeakyRelu, Tanh or Silu.");
    } = Activation.Relu;

    /// <summary>The probability that a hidden value is dropped in training, in [0, 1). Default 0.</summary>
    public double Dropout
    {
        get;
        init => field = value is >= 0 and < 1
            ? value
            : throw new ArgumentOutOfRangeException(nameof(Dropout), value, "Dropout must be at least 0 and less than 1.");
    }

    /// <summary>Whether hidden layers are normalised over the batch in training and by running statistics after. Default false.</summary>
    public bool BatchNorm { get; init; }

    /// <summary>
    /// Whether a linear map of the inputs is added to the output, to which the hidden layers contribute nothing at first.
    /// Default true: training begins with a linear embedding and departs from it only as far as the data asks, which
    /// keeps more of the inputs' own geometry for classes that were not trained on. Without hidden layers it means nothing.
    /// </summary>
    public bool LinearShortcut { get; init; } = true;

    internal override bool DependsOnBatch => BatchNorm && HiddenWidths.Count > 0;

    private protected override EncoderModule BuildModule(int inputDimension, Generator generator) =>
        new DenseModule(this, inputDimension, Layers, Dropout, generator);

    /// <inheritdoc/>
    internal override DenseNetwork CreateDenseNetwork(EncoderWeights weights, int inputDimension) =>
        DenseFolding.Fold(this, weights, inputDimension, Layers);

    /// <inheritdoc/>
    internal override EncoderWeights Truncate(EncoderWeights weights, int dimension) => Layers.Truncate(weights, dimension);

    private DenseShape Layers => new(HiddenWidths, Activation, BatchNorm, LinearShortcut && HiddenWidths.Count > 0);

    /// <summary>Equal widths count, not equal lists.</summary>
    public bool Equals(MlpEncoder? other) =>
        base.Equals(other) && HiddenWidths.SequenceEqual(other.HiddenWidths)
        && Activation == other.Activation && Dropout.Equals(other.Dropout) && BatchNorm == other.BatchNorm
        && LinearShortcut == other.LinearShortcut;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(base.GetHashCode(), HiddenWidths.Count, Activation, Dropout, BatchNorm, LinearShortcut);
}
