using Microsoft.ML.Similarity.Distances;
using Microsoft.ML.Similarity.Tensors;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Encoders;

/// <summary>The network of an <see cref="ImageEncoder"/>: from pixels to an embedding.</summary>
internal abstract class ImageModule : EncoderModule
{
    /// <summary>The last layer, a linear map.</summary>
    public const string OutputName = "fc";

    /// <summary>What brings pixels to mean 0 and deviation 1.</summary>
    public const string InputName = "input";

    private readonly ImageShape _image;
    private readonly bool _normalize;
    private readonly ChannelStandardization? _input;

    protected ImageModule(ImageEncoder encoder)
        : base(encoder.GetType().Name)
    {
        _image = encoder.Image;
        _normalize = encoder.L2Normalize;
        if (encoder.StandardizeInputs)
            register_module(InputName, _input = new ChannelStandardization(_image));
    }

    public sealed override void SetInputStatistics(ReadOnlySpan<float> mean, ReadOnlySpan<float> deviation) => _input?.Set(mean, deviation);

    public sealed override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var images = ChannelsLast.Of(x.view(-1, _image.Channels, _image.Height, _image.Width));
        var embeddings = Embed(_input is null ? images : _input.call(images));
        return (_normalize ? UnitRows.Of(embeddings) : embeddings).MoveToOuterDisposeScope();
    }

    /// <param name="images">[B, channels, height, width], standardised.</param>
    /// <returns>[B, dimension].</returns>
    protected abstract Tensor Embed(Tensor images);
}
