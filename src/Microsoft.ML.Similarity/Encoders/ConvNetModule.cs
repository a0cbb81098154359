using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Encoders;

/// <summary>The network of a <see cref="ConvNetEncoder"/>.</summary>
internal sealed class ConvNetModule : ImageModule
{
    private readonly List<(ConvolutionLayer Convolution, BatchNorm2d Norm)> _blocks = [];
    private readonly LinearLayer _output;

    public ConvNetModule(ConvNetEncoder encoder, Generator generator)
        : base(encoder)
    {
        var (channels, height, width) = (encoder.Image.Channels, encoder.Image.Height, encoder.Image.Width);
        foreach (var outputs in encoder.Widths)
        {
            _blocks.Add((new ConvolutionLayer(channels, outputs, size: 3, stride: 1, generator), nn.BatchNorm2d(outputs)));
            register_module($"conv{_blocks.Count}", _blocks[^1].Convolution);
            register_module($"bn{_blocks.Count}", _blocks[^1].Norm);
            (channels, height, width) = (outputs, height / 2, width / 2);
        }
        register_module(OutputName, _output = new LinearLayer(channels * height * width, encoder.OutputDimension, generator));
    }

    protected override Tensor Embed(Tensor images)
    {
        var x = images;
        foreach (var (convolution, norm) in _blocks)
        {
            using var scope = NewDisposeScope();
            x = nn.functional.max_pool2d(norm.call(convolution.call(x)).relu_(), 2).MoveToOuterDisposeScope();
        }
        // Channel after channel, however they lie in memory.
        return _output.call(x.flatten(1));
    }
}
