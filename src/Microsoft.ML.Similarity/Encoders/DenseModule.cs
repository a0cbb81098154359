using Microsoft.ML.Similarity.Tensors;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static Microsoft.ML.Similarity.Tensors.Numbers;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Encoders;

/// <summary>The network of <see cref="LinearEncoder"/> and <see cref="MlpEncoder"/>.</summary>
internal sealed class DenseModule : EncoderModule
{
    private readonly DenseShape _shape;
    private readonly double _dropout;
    // Found by these names when the module moves to another device, and set anew.
    [ComponentName(Name = DenseShape.MeanName)]
    private readonly Tensor? _mean;

    [ComponentName(Name = DenseShape.DeviationName)]
    private readonly Tensor? _deviation;

    private readonly List<LinearLayer> _linear = [];
    private readonly List<BatchNorm1d> _norms = [];
    private readonly LinearLayer? _shortcut;

    public DenseModule(Encoder encoder, int inputDimension, DenseShape shape, double dropout, Generator generator)
        : base(encoder)
    {
        _shape = shape;
        _dropout = dropout;
        if (encoder.StandardizeInputs)
        {
            register_buffer(DenseShape.MeanName, _mean = zeros(inputDimension));
            register_buffer(DenseShape.DeviationName, _deviation = ones(inputDimension));
        }
        int[] widths = [inputDimension, .. shape.HiddenWidths, encoder.OutputDimension];
        for (var i = 0; i + 1 < widths.Length; i++)
        {
            var startAtZero = shape.Shortcut && i == shape.HiddenWidths.Count;
            _linear.Add(new LinearLayer(widths[i], widths[i + 1], generator, startAtZero));
            register_module(DenseShape.LinearName(i), _linear[i]);
            if (shape.BatchNorm && i < shape.HiddenWidths.Count)
            {
                _norms.Add(nn.BatchNorm1d(widths[i + 1], DenseShape.BatchNormEpsilon));
                register_module(DenseShape.NormName(i), _norms[i]);
            }
        }
        if (shape.Shortcut)
            register_module(DenseShape.ShortcutName, _shortcut = new LinearLayer(inputDimension, encoder.OutputDimension, generator));
    }

    public override void SetInputStatistics(ReadOnlySpan<float> mean, ReadOnlySpan<float> deviation)
    {
        if (_mean is null || _deviation is null)
            return;
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        _mean.copy_(tensor(mean.ToArray()));
        _deviation.copy_(tensor(Array.ConvertAll(deviation.ToArray(), value => value == 0 ? 1 : value)));
    }

    protected override Tensor Prepare(Tensor rows) => _mean is null ? rows : (rows - _mean) / _deviation!;

    protected override Tensor Embed(Tensor x)
    {
        var direct = _shortcut?.call(x);
        for (var i = 0; i < _linear.Count; i++)
        {
            x = _linear[i].call(x);
            if (i == _linear.Count - 1)
                break;
            if (i < _norms.Count)
                x = _norms[i].call(x);
            x = Activate(x);
            if (_dropout > 0 && training)
            {
                var randomness = Randomness ?? throw new InvalidOperationException("Dropout needs Randomness to be set.");
                var keep = (Draws.Uniform(x.device, randomness, x.shape) >= Number(_dropout)).to(x.dtype);
                x = x * keep / Number(1 - _dropout);
            }
        }
        if (direct is not null)
            x = direct + x * Number(DenseShape.LayersBesideShortcut);
        return x;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _mean?.Dispose();
            _deviation?.Dispose();
        }
        base.Dispose(disposing);
    }

    private Tensor Activate(Tensor x) => _shape.Activation switch
    {
        Activation.Relu => nn.functional.relu(x),
        Activation.LeakyRelu => x.leaky_relu(Number(0.01)),
        Activation.Tanh => nn.functional.tanh(x),
        Activation.Silu => nn.functional.silu(x),
        _ => x,
    };
}
