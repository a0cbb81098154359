using Microsoft.ML.Similarity.Encoders;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Training.Optimization;

/// <summary>All that moves the weights of one training: those of the encoder, and those of its loss.</summary>
internal sealed class WeightUpdates : IDisposable
{
    /// <summary>What precedes the names of a loss's weights.</summary>
    public const string LossPrefix = "loss.";

    private readonly FlatParameters _parameters;
    private readonly OptimizerModule _optimizer;
    private readonly AveragedWeights? _average;
    private readonly EncoderModule _encoder;
    private readonly double? _maximumGradientNorm;

    /// <param name="settings">How to train.</param>
    /// <param name="encoder">On the training device, where it stays.</param>
    /// <param name="loss">Likewise.</param>
    /// <param name="lossLearningRateFactor">What the learning rate is multiplied with for the weights of the loss.</param>
    /// <exception cref="ArgumentException">The rules for parameters do not fit these.</exception>
    public WeightUpdates(TrainingSettings settings, EncoderModule encoder, nn.Module loss, double lossLearningRateFactor)
    {
        using var scope = NewDisposeScope();
        _encoder = encoder;
        _maximumGradientNorm = settings.MaximumGradientNorm;
        NamedParameter[] all =
        [
            .. encoder.named_parameters().Select(entry => new NamedParameter(entry.name, entry.parameter)),
            .. loss.named_parameters().Select(entry => new NamedParameter(LossPrefix + entry.name, entry.parameter, lossLearningRateFactor)),
        ];
        all = ParameterRule.Apply(settings.ParameterRules, all);
        _parameters = new FlatParameters(all, settings.Optimizer.DecayVectors, channelsLast: true);
        _optimizer = settings.Optimizer.CreateModule(_parameters);
        _average = settings.WeightAveraging is { } averaging ? new AveragedWeights(averaging, _parameters) : null;
    }

    /// <summary>Everything beside the weights that the next step depends on; updated in place.</summary>
    public IEnumerable<KeyValuePair<string, Tensor>> State =>
    [
        .. _optimizer.State.Select(entry => KeyValuePair.Create($"optimizer.{entry.Key}", entry.Value)),
        .. (_average?.State ?? []).Select(entry => KeyValuePair.Create($"average.{entry.Key}", entry.Value)),
    ];

    /// <summary>To be called before each epoch, counted from 1: freezes weights, or lets them go.</summary>
    /// <returns>Whether the same is trained as before.</returns>
    public bool BeginEpoch(int epoch) => _parameters.BeginEpoch(epoch);

    /// <summary>To be called before the gradients of a step are added up.</summary>
    public void ZeroGradients() => _parameters.ZeroGradients();

    /// <summary>To be called before <see cref="Step"/> whenever the learning rate changes.</summary>
    public void SetLearningRate(double rate) => _optimizer.SetLearningRate(rate);

    /// <summary>Moves the weights along the mean of the gradients added up.</summary>
    /// <param name="batches">The number of batches whose gradients were added up.</param>
    public void Step(int batches)
    {
        if (batches > 1)
            _parameters.ScaleGradients(1.0 / batches);
        if (_maximumGradientNorm is { } maximum)
            _parameters.ClipGradients(maximum);
        _optimizer.Step();
    }

    /// <summary>Takes the weights into their mean, where one is wanted; to be called after each step.</summary>
    /// <param name="done">The share of the training done, above 0 and at most 1.</param>
    /// <param name="endsEpoch">Whether the step was the last of its epoch.</param>
    public void Average(double done, bool endsEpoch) => _average?.Update(done, endsEpoch);

    /// <summary>Puts the mean of the weights in their place until the result is disposed; null where there is none.</summary>
    /// <param name="batches">The features of batches of the last epoch, from which statistics of batches are collected.</param>
    public IDisposable? UseAverage(IEnumerable<Tensor> batches) => _average is { Any: true } ? new AverageInUse(_average, _encoder, batches) : null;

    public void Dispose()
    {
        _average?.Dispose();
        _optimizer.Dispose();
        _parameters.Dispose();
    }
}
