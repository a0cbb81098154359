using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Encoders;

/// <summary>A multilayer perceptron: hidden layers of linear map, batch normalisation, activation and dropout, then a linear map.</summary>
public sealed record MlpEncoder : Encoder
{
    /// <summary>The widths of the hidden layers, each at least 1; none makes it linear. Default one layer of 512.</summary>
    public IReadOnlyList<int> HiddenWidths
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value, nameof(HiddenWidths));
            field = [.. value.Select(width => Positive(width, nameof(HiddenWidths)))];
        }
    } = [512];

    /// <summary>The function after each hidden layer. Default <see cref="Activation.Relu"/>.</summary>
    public Activation Activation { get; init; } = Activation.Relu;

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

    /// <inheritdoc/>
    internal override EncoderModule CreateModule(int inputDimension, Generator generator) =>
        new DenseModule(this, inputDimension, HiddenWidths, Activation, Dropout, BatchNorm, generator);

    /// <inheritdoc/>
    internal override DenseNetwork CreateDenseNetwork(EncoderWeights weights, int inputDimension) =>
        DenseModule.Fold(this, weights, inputDimension, HiddenWidths.Count, Activation, BatchNorm);

    /// <summary>Equal widths count, not equal lists.</summary>
    public bool Equals(MlpEncoder? other) =>
        base.Equals(other) && HiddenWidths.SequenceEqual(other.HiddenWidths)
        && Activation == other.Activation && Dropout.Equals(other.Dropout) && BatchNorm == other.BatchNorm;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(base.GetHashCode(), HiddenWidths.Count, Activation, Dropout, BatchNorm);
}
