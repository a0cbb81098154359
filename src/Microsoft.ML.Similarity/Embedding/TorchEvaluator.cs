using Microsoft.ML.Runtime;
using Microsoft.ML.Similarity.Encoders;
using Microsoft.ML.Similarity.Rows;
using Microsoft.ML.Similarity.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Embedding;

/// <summary>
/// Evaluates a network on libtorch, on the device of the <see cref="MLContext"/>. Its native memory is
/// taken on first use, shared by all cursors, and given back by <see cref="Release"/> once the last evaluation has ended.
/// </summary>
internal sealed class TorchEvaluator
{
    // Below so many multiply-adds a row, managed code is as fast as libtorch and spares its start-up.
    private const long LargeNetwork = 4_000_000;

    private readonly IHostEnvironment _environment;
    private readonly EmbeddingModel _model;
    private readonly Lock _lock = new();
    private Loaded? _loaded;

    private TorchEvaluator(IHostEnvironment environment, EmbeddingModel model)
    {
        _environment = environment;
        _model = model;
    }

    /// <summary>
    /// An evaluator for a network that has no plain arrays, or that is large where libtorch is on the machine; else null.
    /// </summary>
    public static TorchEvaluator? CreateIfWorthwhile(IHostEnvironment environment, EmbeddingModel model) =>
        model.Network is not { } network || network.MultiplyAdds >= LargeNetwork && TorchRuntime.IsAvailable ? new(environment, model) : null;

    /// <summary>Embeds some of the rows that lie one after another; see <see cref="DenseNetwork.Evaluate(float[], float[], int, int)"/>.</summary>
    /// <exception cref="InvalidOperationException">libtorch cannot be loaded, or the GPU asked for is not there.</exception>
    public void Evaluate(float[] rows, float[] embeddings, int start, int end)
    {
        var loaded = Rent();
        try
        {
            using var scope = NewDisposeScope();
            using var _ = inference_mode();
            var (inputs, outputs) = (_model.InputDimension, _model.OutputDimension);
            var batch = tensor(rows.AsSpan(start * inputs, (end - start) * inputs).ToArray(), end - start, inputs).to(loaded.Device);
            loaded.Module.call(batch).cpu().contiguous().data<float>().CopyTo(embeddings.AsSpan(start * outputs, (end - start) * outputs));
            for (var row = start; row < end; row++)
            {
                if (!FeatureReader.IsFinite(rows.AsSpan(row * inputs, inputs)))
                    embeddings.AsSpan(row * outputs, outputs).Fill(float.NaN);
            }
        }
        finally
        {
            Return(loaded);
        }
    }

    /// <summary>Gives the native memory back, at once or when the evaluations under way have ended.</summary>
    public void Release()
    {
        lock (_lock)
        {
            if (_loaded is null)
                return;
            _loaded.Released = true;
            DisposeIfUnused(_loaded);
            _loaded = null;
        }
    }

    private Loaded Rent()
    {
        lock (_lock)
        {
            _loaded ??= Load();
            _loaded.Users++;
            return _loaded;
        }
    }

    private void Return(Loaded loaded)
    {
        lock (_lock)
        {
            loaded.Users--;
            DisposeIfUnused(loaded);
        }
    }

    private static void DisposeIfUnused(Loaded loaded)
    {
        if (loaded is { Released: true, Users: 0 })
            loaded.Module.Dispose();
    }

    private Loaded Load()
    {
        TorchRuntime.Require($"Embedding with a {_model.Encoder.GetType().Name}");
        using var channel = _environment.Start(nameof(TorchEvaluator));
        var device = Devices.Select(_environment, channel);
        using var generator = new Generator(0, CPU);
        var module = _model.Encoder.CreateModule(_model.InputDimension, generator);
        module.SetWeights(_model.Weights);
        module.to(device);
        module.eval();
        return new Loaded(module, device);
    }

    private sealed class Loaded(EncoderModule module, Device device)
    {
        public EncoderModule Module { get; } = module;

        public Device Device { get; } = device;

        public int Users { get; set; }

        public bool Released { get; set; }
    }
}
