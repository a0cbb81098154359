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
    private readonly ChannelStandardization? _input;

    protected ImageModule(ImageEncoder encoder)
        : base(encoder)
    {
        _image = encoder.Image;
        if (encoder.StandardizeInputs)
            register_module(InputName, _input = new ChannelStandardization(_image));
    }

    public sealed override void SetInputStatistics(ReadOnlySpan<float> mean, ReadOnlySpan<float> deviation) => _input?.Set(mean, deviation);

    protected sealed override Tensor Prepare(Tensor rows)
    {
        using var scope = NewDisposeScope();
        var images = ChannelsLast.Of(rows.view(-1, _image.Channels, _image.Height, _image.Width));
        return (_input is null ? images : _input.call(images)).MoveToOuterDisposeScope();
    }
}
