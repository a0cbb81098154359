using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Encoders;

/// <summary>The network of a <see cref="ResNetEncoder"/>.</summary>
internal sealed class ResNetModule : ImageModule
{
    /// <summary>The hidden layers before the last.</summary>
    public const string ProjectionName = "projection";

    private readonly bool _smallImages;
    private readonly ConvolutionLayer _convolution;
    private readonly BatchNorm2d _norm;
    private readonly List<ResidualBlock> _blocks = [];
    private readonly List<LinearLayer> _projection = [];
    private readonly LinearLayer _output;

    public ResNetModule(ResNetEncoder encoder, Generator generator)
        : base(encoder)
    {
        _smallImages = encoder.SmallImages;
        const int stem = 64;
        register_module("conv1", _convolution = _smallImages
            ? new ConvolutionLayer(encoder.Image.Channels, stem, size: 3, stride: 1, generator)
            : new ConvolutionLayer(encoder.Image.Channels, stem, size: 7, stride: 2, generator));
        register_module("bn1", _norm = nn.BatchNorm2d(stem));
        var channels = stem;
        for (var stage = 0; stage < encoder.Blocks.Length; stage++)
        {
            var blocks = new List<ResidualBlock>();
            for (var i = 0; i < encoder.Blocks[stage]; i++)
            {
                blocks.Add(new ResidualBlock(channels, stem << stage, encoder.HasBottlenecks, stride: stage > 0 && i == 0 ? 2 : 1, generator));
                channels = blocks[^1].Outputs;
            }
            register_module($"layer{stage + 1}", nn.Sequential(blocks));
            _blocks.AddRange(blocks);
        }
        foreach (var width in encoder.ProjectionWidths)
        {
            _projection.Add(new LinearLayer(channels, width, generator));
            channels = width;
        }
        if (_projection.Count > 0)
            register_module(ProjectionName, nn.Sequential(_projection));
        register_module(OutputName, _output = new LinearLayer(channels, encoder.OutputDimension, generator));
    }

    protected override Tensor Embed(Tensor images)
    {
        var x = Stem(images);
        foreach (var block in _blocks)
            x = block.call(x);
        x = x.mean([2, 3]);
        foreach (var layer in _projection)
            x = layer.call(x).relu_();
        return _output.call(x);
    }

    private Tensor Stem(Tensor images)
    {
        using var scope = NewDisposeScope();
        var x = _norm.call(_convolution.call(images)).relu_();
        return (_smallImages ? x : nn.functional.max_pool2d(x, 3, stride: 2, padding: 1)).MoveToOuterDisposeScope();
    }
}
