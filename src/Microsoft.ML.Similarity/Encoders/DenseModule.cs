using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Encoders;

/// <summary>The network of <see cref="LinearEncoder"/> and <see cref="MlpEncoder"/>.</summary>
internal sealed class DenseModule : EncoderModule
{
    private const double BatchNormEpsilon = 1e-5;
    private const double SmallestNorm = 1e-12;

    private readonly Generator _generator;
    private readonly Activation _activation;
    private readonly double _dropout;
    private readonly bool _normalize;
    private readonly Tensor? _mean;
    private readonly Tensor? _deviation;
    private readonly List<LinearLayer> _linear = [];
    private readonly List<BatchNorm1d> _norms = [];

    public DenseModule(
        Encoder encoder, int inputDimension, IReadOnlyList<int> hiddenWidths, Activation activation, double dropout, bool batchNorm, Generator generator)
        : base(encoder.GetType().Name)
    {
        _generator = generator;
        _activation = activation;
        _dropout = dropout;
        _normalize = encoder.L2Normalize;
        if (encoder.StandardizeInputs)
        {
            register_buffer("input_mean", _mean = zeros(inputDimension));
            register_buffer("input_deviation", _deviation = ones(inputDimension));
        }
        int[] widths = [inputDimension, .. hiddenWidths, encoder.OutputDimension];
        for (var i = 0; i + 1 < widths.Length; i++)
        {
            _linear.Add(new LinearLayer(widths[i], widths[i + 1], generator));
            register_module(LinearName(i), _linear[i]);
            if (batchNorm && i < hiddenWidths.Count)
            {
                _norms.Add(nn.BatchNorm1d(widths[i + 1], BatchNormEpsilon));
                register_module(NormName(i), _norms[i]);
            }
        }
    }

    public override void SetInputStatistics(ReadOnlySpan<float> mean, ReadOnlySpan<float> deviation)
    {
        if (_mean is null || _deviation is null)
            return;
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        _mean.copy_(tensor(mean.ToArray()));
        _deviation.copy_(tensor(deviation.ToArray()));
    }

    public override Tensor forward(Tensor x)
    {
        if (_mean is not null)
            x = (x - _mean) / _deviation!;
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
                // Drawn from our own generator: torch's is global, and other code moves it.
                var keep = empty_like(x).bernoulli_(1 - _dropout, _generator);
                x = x * keep / (1 - _dropout);
            }
        }
        return _normalize ? nn.functional.normalize(x, p: 2, dim: 1, eps: SmallestNorm) : x;
    }

    /// <summary>Standardisation and batch normalisation are linear once trained: they are multiplied into the layer beside them.</summary>
    public static DenseNetwork Fold(Encoder encoder, EncoderWeights weights, int inputDimension, int hiddenLayers, Activation activation, bool batchNorm)
    {
        var layers = new List<DenseLayer>();
        var inputs = inputDimension;
        for (var i = 0; i <= hiddenLayers; i++)
        {
            var outputs = weights.Entries.Single(entry => entry.Key == $"{LinearName(i)}.bias").Value.Values.Length;
            var matrix = Array.ConvertAll(weights.Get($"{LinearName(i)}.weight", outputs, inputs), v => (double)v);
            var bias = Array.ConvertAll(weights.Get($"{LinearName(i)}.bias", outputs), v => (double)v);
            if (i == 0 && encoder.StandardizeInputs)
                FoldInput(matrix, bias, weights.Get("input_mean", inputs), weights.Get("input_deviation", inputs));
            if (batchNorm && i < hiddenLayers)
                FoldNorm(matrix, bias, name => weights.Get($"{NormName(i)}.{name}", outputs));
            layers.Add(new DenseLayer(inputs, outputs, matrix, bias, i < hiddenLayers ? activation : Activation.None));
            inputs = outputs;
        }
        return new DenseNetwork(layers, encoder.L2Normalize);
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

    private static string LinearName(int layer) => $"linear{layer}";

    private static string NormName(int layer) => $"norm{layer}";

    private static void FoldInput(double[] matrix, double[] bias, float[] mean, float[] deviation)
    {
        for (var row = 0; row < bias.Length; row++)
        {
            var weights = matrix.AsSpan(row * mean.Length, mean.Length);
            for (var j = 0; j < mean.Length; j++)
            {
                weights[j] /= deviation[j];
                bias[row] -= weights[j] * mean[j];
            }
        }
    }

    private static void FoldNorm(double[] matrix, double[] bias, Func<string, float[]> get)
    {
        var (gain, shift, mean, variance) = (get("weight"), get("bias"), get("running_mean"), get("running_var"));
        var inputs = matrix.Length / bias.Length;
        for (var row = 0; row < bias.Length; row++)
        {
            var scale = gain[row] / Math.Sqrt(variance[row] + BatchNormEpsilon);
            foreach (ref var weight in matrix.AsSpan(row * inputs, inputs))
                weight *= scale;
            bias[row] = (bias[row] - mean[row]) * scale + shift[row];
        }
    }

    private Tensor Activate(Tensor x) => _activation switch
    {
        Activation.Relu => nn.functional.relu(x),
        Activation.LeakyRelu => nn.functional.leaky_relu(x, 0.01),
        Activation.Tanh => nn.functional.tanh(x),
        Activation.Silu => nn.functional.silu(x),
        _ => x,
    };
}
