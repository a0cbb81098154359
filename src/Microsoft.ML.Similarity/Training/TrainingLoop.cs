using System.Diagnostics;
using Microsoft.ML.Runtime;
using Microsoft.ML.Similarity.Encoders;
using Microsoft.ML.Similarity.Losses;
using Microsoft.ML.Similarity.Miners;
using Microsoft.ML.Similarity.Sampling;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Training;

/// <summary>Trains an encoder on labelled rows: batches, loss, optimizer, schedule, validation, early stopping.</summary>
internal sealed class TrainingLoop : IDisposable
{
    private static readonly TimeSpan ReportEvery = TimeSpan.FromSeconds(1);

    private readonly TrainingSettings _settings;
    private readonly TrainingSet _set;
    private readonly int[][] _rowsByClass;
    private readonly SampledRows _sampled;
    private readonly int _trainingRows;
    private readonly int _maximumNumberOfEpochs;
    private readonly ValidationSet? _validation;
    private readonly Device _device;
    private readonly Func<bool> _cancelled;
    private readonly IChannel _channel;
    private readonly Stopwatch _clock;

    private readonly Generator _generator;
    private readonly EncoderModule _encoder;
    private readonly LossModule _loss;
    private readonly Miner? _miner;
    private readonly AdamW _optimizer;
    private readonly BatchStatistics _statistics;
    private readonly Tensor _labels;
    private readonly Tensor? _weights;

    private readonly List<EpochSummary> _epochs = [];
    private TimeSpan _lastReport;
    private double _learningRate;
    private int _stepsInEpoch;

    /// <param name="settings">How to train.</param>
    /// <param name="set">The rows; on the training device.</param>
    /// <param name="rows">Which of them to train on.</param>
    /// <param name="validation">What to measure on after each epoch, or null.</param>
    /// <param name="run">The surroundings of the call of Fit.</param>
    public TrainingLoop(TrainingSettings settings, TrainingSet set, int[] rows, ValidationSet? validation, TrainingRun run)
    {
        _settings = settings;
        _set = set;
        _trainingRows = rows.Length;
        _maximumNumberOfEpochs = settings.MaximumNumberOfEpochs ?? DefaultNumberOfEpochs(rows.Length, settings.BatchSize);
        _rowsByClass = TrainingSet.GroupByClass(rows, set.Classes, set.ClassCount);
        _sampled = new SampledRows(rows) { Classes = Array.ConvertAll(rows, row => set.Classes[row]) };
        _validation = validation;
        _device = run.Device;
        _cancelled = run.IsCancelled;
        _channel = run.Channel;
        _clock = run.Clock;

        using var scope = NewDisposeScope();
        _generator = new Generator((ulong)SeedSequence.Weights(settings.Seed), CPU);
        _encoder = settings.Encoder.CreateModule(set.Features.Dimension, _generator);
        if (settings.Encoder.StandardizeInputs)
        {
            var (mean, deviation) = set.Features.Statistics(rows);
            _encoder.SetInputStatistics(mean, deviation);
        }
        var distance = settings.Loss.Distance ?? settings.Loss.DefaultDistance(settings.Encoder.L2Normalize);
        _loss = (settings.Loss with { Distance = distance }).CreateModule(new LossContext(settings.Encoder.OutputDimension, set.ClassCount, _generator));
        _miner = settings.Miner is null ? null : settings.Miner with { Distance = settings.Miner.Distance ?? distance };
        _encoder.to(_device);
        _loss.to(_device);
        _optimizer = new AdamW(_encoder.parameters().Concat(_loss.parameters()), settings.WeightDecay);
        _statistics = new BatchStatistics(distance, _device);
        _labels = tensor(Array.ConvertAll(set.Classes, c => (long)c)).to(_device).DetachFromDisposeScope();
        _weights = set.Weights is null ? null : tensor(set.Weights).to(_device).DetachFromDisposeScope();
    }

    /// <summary>Trains to the end and gives the best weights.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled before the first epoch was complete, or the settings want it thrown.</exception>
    /// <exception cref="InvalidOperationException">Training diverged in the first epoch.</exception>
    public (EncoderWeights Weights, TrainingSummary Summary) Run()
    {
        EncoderWeights? best = null;
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
                best = _encoder.GetWeights();
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
            TrainingRows = _trainingRows,
            TrainingClasses = _rowsByClass.Length,
            ValidationRows = _validation?.Count ?? 0,
            Seed = _settings.Seed,
            Device = _device.ToString(),
        });
    }

    public void Dispose()
    {
        _optimizer.Dispose();
        _statistics.Dispose();
        _encoder.Dispose();
        _loss.Dispose();
        _generator.Dispose();
        _labels.Dispose();
        _weights?.Dispose();
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
        var plan = _settings.Sampler.Epoch(_sampled, _settings.BatchSize, SeedSequence.Epoch(_settings.Seed, epoch));
        var size = Math.Min(_settings.BatchSize, _trainingRows);
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

    private void Step(ReadOnlySpan<int> rows)
    {
        using var scope = NewDisposeScope();
        var index = tensor(rows.ToArray()).to(_device);
        var embeddings = _encoder.call(_set.Features.Gather(rows));
        var batch = new EmbeddedBatch(embeddings, Relation.FromLabels(_labels.index_select(0, index)), _weights?.index_select(0, index));
        var loss = _loss.call(batch, _miner?.Mine(batch));
        _encoder.zero_grad();
        _loss.zero_grad();
        loss.Value.backward();
        _optimizer.Step(_learningRate);
        _statistics.Add(batch, loss);
    }

    // The loss was computed before the epoch's last step, which may have been the one too many.
    private string? Divergence(double loss, double? metric)
    {
        if (!double.IsFinite(loss))
            return $"The loss became {loss}";
        using var scope = NewDisposeScope();
        var isFinite = metric is not double.NaN && _encoder.state_dict().Values.All(value => value.isfinite().all().item<bool>());
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
        _channel.Info(MessageSensitivity.None, "Epoch {0} of {1}: loss {2:F4}, validation MAP@R {3}.",
            epoch, _maximumNumberOfEpochs, values.Loss, metric is null ? "none" : $"{metric:F4}");
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
