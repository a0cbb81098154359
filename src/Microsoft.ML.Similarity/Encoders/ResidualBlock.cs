using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Encoders;

/// <summary>A block of a residual network: convolutions whose result is added to what came.</summary>
internal sealed class ResidualBlock : nn.Module<Tensor, Tensor>
{
    private const int Expansion = 4;

    private readonly List<(ConvolutionLayer Convolution, BatchNorm2d Norm)> _layers = [];
    private readonly Sequential? _shortcut;

    /// <param name="inputs">The channels that come.</param>
    /// <param name="width">The channels of its 3 × 3 convolutions.</param>
    /// <param name="bottleneck">Whether one such convolution stands between two of 1 × 1, the last of which gives four times as many channels.</param>
    /// <param name="stride">The step of its first 3 × 3 convolution.</param>
    /// <param name="generator">Draws the weights; of the CPU.</param>
    public ResidualBlock(int inputs, int width, bool bottleneck, int stride, Generator generator)
        : base(nameof(ResidualBlock))
    {
        Outputs = bottleneck ? Expansion * width : width;
        if (bottleneck)
            Add(inputs, width, 1, 1);
        Add(bottleneck ? width : inputs, width, 3, stride);
        Add(width, Outputs, bottleneck ? 1 : 3, 1);
        if (stride != 1 || inputs != Outputs)
        {
            _shortcut = nn.Sequential(new ConvolutionLayer(inputs, Outputs, size: 1, stride, generator), nn.BatchNorm2d(Outputs));
            register_module("downsample", _shortcut);
        }

        void Add(int from, int to, int size, int step)
        {
            _layers.Add((new ConvolutionLayer(from, to, size, step, generator), nn.BatchNorm2d(to)));
            register_module($"conv{_layers.Count}", _layers[^1].Convolution);
            register_module($"bn{_layers.Count}", _layers[^1].Norm);
        }
    }

    /// <summary>The channels given.</summary>
    public int Outputs { get; }

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var x = input;
        foreach (var (convolution, norm) in _layers)
        {
            if (!ReferenceEquals(x, input))
                x = x.relu_();
            x = norm.call(convolution.call(x));
        }
        return x.add_(_shortcut?.call(input) ?? input).relu_().MoveToOuterDisposeScope();
    }
}
