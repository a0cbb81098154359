using Microsoft.ML.Similarity.Tensors;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Encoders;

/// <summary>
/// A convolution without bias, for batch normalisation to follow; padded so that stride 1 keeps the picture's size. Initialised by a generator of our own;
/// <c>nn.Conv2d</c> would move torch's global one.
/// </summary>
internal sealed class ConvolutionLayer : nn.Module<Tensor, Tensor>
{
    // Found by this name when the module moves to another device, and set anew.
    [ComponentName(Name = "weight")]
    private readonly Parameter _weight;

    private readonly long[] _strides;
    private readonly long[] _padding;

    /// <param name="inputs">The channels that come.</param>
    /// <param name="outputs">The channels given.</param>
    /// <param name="size">The side of the kernel, odd.</param>
    /// <param name="stride">The step from one position to the next.</param>
    /// <param name="generator">Draws the weights; of the CPU.</param>
    public ConvolutionLayer(int inputs, int outputs, int size, int stride, Generator generator)
        : base(nameof(ConvolutionLayer))
    {
        _strides = [stride, stride];
        _padding = [size / 2, size / 2];
        // As torchvision does for ResNets: He et al., "Delving Deep into Rectifiers" (2015), by the number of outputs.
        var deviation = Math.Sqrt(2.0 / (outputs * size * size));
        _weight = new Parameter(ChannelsLast.Of(empty(outputs, inputs, size, size).normal_(0, deviation, generator)));
        register_parameter("weight", _weight);
    }

    /// <summary>In the type of what comes.</summary>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        return nn.functional.conv2d(input, _weight.to(input.dtype), strides: _strides, padding: _padding).MoveToOuterDisposeScope();
    }
}
