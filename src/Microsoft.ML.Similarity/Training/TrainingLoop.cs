using System.Diagnostics;
using Microsoft.ML.Runtime;
using Microsoft.ML.Similarity.Embedding;
using Microsoft.ML.Similarity.Encoders;
using Microsoft.ML.Similarity.Losses;
using Microsoft.ML.Similarity.Training.Validation;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Training;

/// <summary>Trains an encoder for an objective: batches, optimizer, schedule, validation, early stopping.</summary>
internal sealed class TrainingLoop : IDisposable
{
    private static readonly TimeSpan ReportEvery = TimeSpan.FromSeconds(1);

    private readonly TrainingSettings _settings;
    private readonly Objective _objective;
    private readonly int _maximumNumberOfEpochs;
    private readonly EmbeddingValidation? _validation;
    private readonly Device _device;
    private readonly int _seed;
    private readonly Func<bool> _cancelled;
    private readonly IChannel _channel;
    private readonly Stopwatch _clock;

    private readonly Generator _randomness;
    private readonly EncoderModule _encoder;
    private readonly Augmenter? _augmenter;
    private readonly nn.Module _loss;
    private readonly AdamW _optimizer;
    private readonly AdamW? _lossOptimizer;
    private readonly BatchStatistics _statistics;

    private readonly List<EpochSummary> _epochs = [];
    private TimeSpan _lastReport;
    private double _learningRate;
    private int _stepsInEpoch;

    /// <param name="settings">How to train.</param>
    /// <param name="objective">What to learn, and from what; not disposed.</param>
    /// <param name="validation">What to measure on after each epoch, or null.</param>
    /// <param name="run">The surroundings of the call of Fit.</param>
    public TrainingLoop(TrainingSettings settings, Objective objective, EmbeddingValidation? validation, TrainingRun run)
    {
        _settings = settings;
        _objective = objective;
        _maximumNumberOfEpochs = settings.MaximumNumberOfEpochs ?? DefaultNumberOfEpochs(objective.Count, settings.BatchSize);
        _validation = validation;
        _device = run.Device;
        _seed = run.Seed;
        _cancelled = run.IsCancelled;
        _channel = run.Channel;
        _clock = run.Clock;

        using var scope = NewDisposeScope();
        using var generator = new Generator((ulong)SeedSequence.Weights(run.Seed), CPU);
        _encoder = settings.Encoder.CreateModule(objective.Features.Dimension, generator);
        if (settings.Encoder.BeginWith(_encoder) is { Count: > 0 } drawn)
            _channel.Info(MessageSensitivity.None, "Weights that the file does not have for this encoder are drawn at random: {0}.", string.Join(", ", drawn));
        if (settings.Encoder.StandardizeInputs)
        {
            var (mean, deviation) = objective.Features.Statistics(objective.Rows);
            _encoder.SetInputStatistics(mean, deviation);
        }
        _loss = objective.CreateLoss(settings.Encoder, generator, _device);
        _encoder.to(_device);
        _randomness = new Generator((ulong)SeedSequence.Dropout(run.Seed), _device);
        _encoder.Randomness = _randomness;
        if (settings is { Augmentation: { } augmentation, Encoder: ImageEncoder { Image: var image } })
            _augmenter = new Augmenter(augmentation, image, SeedSequence.Augmentation(run.Seed), _device);
        _optimizer = new AdamW(_encoder.parameters(), settings.WeightDecay);
        _lossOptimizer = _loss.parameters().Any() ? new AdamW(_loss.parameters(), settings.WeightDecay) : null;
        _statistics = new BatchStatistics(_device);
    }

    /// <summary>Trains to the end and gives the best weights.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled before the first epoch was complete, or the settings want it thrown.</exception>
    /// <exception cref="InvalidOperationException">Training diverged in the first epoch.</exception>
    public (EmbeddingModel Model, TrainingSummary Summary) Run()
    {
        EmbeddingModel? best = null;
        var bestEpoch = 0;
        var bestMetric = double.NegativeInfinity;
        var reason = StopReason.Completed;
        _encoder.train();
        for (var epoch = 1; epoch <= _maximumNumberOfEpochs; epoch++)
        {
            if (!RunEpoch(epoch))
            {
                reason = StopReason.Cancelled;
                break;
            }
            var values = _statistics.Read();
            var metric = _validation?.Measure(_encoder);
            if (Divergence(values.Loss, metric) is { } divergence)
            {
                if (best is null)
                    throw new InvalidOperationException($"{divergence} in the first epoch. Lower LearningRate (now {_settings.LearningRate}) or scale the features.");
                _channel.Warning(MessageSensitivity.None, "{0} in epoch {1}: training stops with the weights of epoch {2}.", divergence, epoch, bestEpoch);
                reason = StopReason.Diverged;
                break;
            }
            Complete(epoch, values, metric);
            if (metric is null || metric > bestMetric)
            {
                bestMetric = metric ?? bestMetric;
                bestEpoch = epoch;
                best = new EmbeddingModel(_settings.Encoder, _objective.Features.Dimension, _encoder.GetWeights(), LossState.Of(_loss, _objective.Classes));
            }
            if (metric is not null && epoch - bestEpoch >= _settings.EarlyStoppingPatience)
            {
                reason = StopReason.EarlyStopping;
                break;
            }
        }
        if (reason == StopReason.Cancelled && (best is null || _settings.ThrowOnCancellation))
        {
            throw new OperationCanceledException(best is null
                ? "Training was cancelled before its first epoch was complete."
                : $"Training was cancelled after {_epochs.Count} epochs.");
        }
        return (best!, new TrainingSummary
        {
            StopReason = reason,
            BestEpoch = bestEpoch,
            Epochs = _epochs,
            Duration = _clock.Elapsed,
            TrainingRows = _objective.Count,
            TrainingClasses = _objective.ClassCount,
            ValidationRows = _validation?.Count ?? 0,
            ValidationMetric = _validation?.Metric,
            Seed = _seed,
            Device = _device.ToString(),
        });
    }

    public void Dispose()
    {
        _optimizer.Dispose();
        _lossOptimizer?.Dispose();
        _statistics.Dispose();
        _encoder.Dispose();
        _randomness.Dispose();
        _augmenter?.Dispose();
    }

    // An epoch of few rows has few steps: too few of them would hardly move the weights.
    private static int DefaultNumberOfEpochs(int rows, int batchSize)
    {
        const int steps = 100;
        var stepsInEpoch = (rows + batchSize - 1) / batchSize;
        return Math.Clamp((steps + stepsInEpoch - 1) / stepsInEpoch, 10, 50);
    }

    // False when cancelled.
    private bool RunEpoch(int epoch)
    {
        _statistics.Reset();
        var plan = _objective.Epoch(_settings.BatchSize, SeedSequence.Epoch(_seed, epoch));
        var size = Math.Min(_settings.BatchSize, _objective.Count);
        _stepsInEpoch = plan.Length / size;
        for (var step = 0; step < _stepsInEpoch; step++)
        {
            if (_cancelled())
                return false;
            SetLearningRate((epoch - 1 + (double)step / _stepsInEpoch) / _maximumNumberOfEpochs);
            Step(plan.AsSpan(step * size, size));
            if (_settings.Progress is not null && _clock.Elapsed - _lastReport >= ReportEvery && step + 1 < _stepsInEpoch)
                Report(epoch, step + 1, _statistics.Read(), metric: null);
        }
        return true;
    }

    private void Step(ReadOnlySpan<int> examples)
    {
        using var scope = NewDisposeScope();
        _encoder.zero_grad();
        _loss.zero_grad();
        var batch = GradientCache.Backward(_encoder, _objective, examples.ToArray(), _settings.GradientCacheChunkSize, _augmenter);
        _optimizer.Step(_learningRate);
        _lossOptimizer?.Step(_learningRate * (_settings.LossLearningRateFactor ?? _objective.LossLearningRateFactor));
        _statistics.Add(batch);
    }

    // The loss was computed before the epoch's last step, which may have been the one too many.
    private string? Divergence(double loss, double? metric)
    {
        if (!double.IsFinite(loss))
            return $"The loss became {loss}";
        using var scope = NewDisposeScope();
        var isFinite = metric is not double.NaN && _encoder.state_dict().Values.Concat(_loss.parameters()).All(value => value.isfinite().all().item<bool>());
        return isFinite ? null : "The weights became too large";
    }

    // Linear warm-up, then the schedule; done counts 0 to 1 over the whole training.
    private void SetLearningRate(double done)
    {
        var warmUp = _settings.WarmUpFraction;
        // The first step of a warm-up would otherwise change nothing.
        var factor = done < warmUp ? Math.Max(done / warmUp, 1e-3)
            : _settings.Schedule == LearningRateSchedule.Cosine ? 0.5 * (1 + Math.Cos(Math.PI * (done - warmUp) / (1 - warmUp)))
            : 1;
        _learningRate = _settings.LearningRate * factor;
    }

    private void Complete(int epoch, BatchStatistics.Values values, double? metric)
    {
        _epochs.Add(new EpochSummary(
            epoch, values.Loss, _learningRate, values.ActiveFraction, values.PositiveDistance, values.NegativeDistance, metric, _clock.Elapsed));
        _channel.Info(MessageSensitivity.None, "Epoch {0} of {1}: loss {2:F4}, {3}.",
            epoch, _maximumNumberOfEpochs, values.Loss, metric is null ? "no validation" : $"validation {_validation!.Metric} {metric:F4}");
        Report(epoch, _stepsInEpoch, values, metric);
    }

    private void Report(int epoch, int step, BatchStatistics.Values values, double? metric)
    {
        _lastReport = _clock.Elapsed;
        var done = (epoch - 1 + (double)step / _stepsInEpoch) / _maximumNumberOfEpochs;
        _settings.Progress?.Report(new TrainingProgress
        {
            Epoch = epoch,
            MaximumNumberOfEpochs = _maximumNumberOfEpochs,
            Step = step,
            StepsInEpoch = _stepsInEpoch,
            Loss = values.Loss,
            LearningRate = _learningRate,
            ActiveFraction = values.ActiveFraction,
            MeanPositiveDistance = values.PositiveDistance,
            MeanNegativeDistance = values.NegativeDistance,
            ValidationMetric = metric,
            Elapsed = _lastReport,
            Remaining = _lastReport * (1 / done - 1),
        });
    }
}
