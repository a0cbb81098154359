using System.Diagnostics;
using Microsoft.ML.Runtime;
using Microsoft.ML.Similarity.Embedding;
using Microsoft.ML.Similarity.Encoders;
using Microsoft.ML.Similarity.Tensors;
using Microsoft.ML.Similarity.Training.Checkpoints;
using Microsoft.ML.Similarity.Training.Graphs;
using Microsoft.ML.Similarity.Training.Optimization;
using Microsoft.ML.Similarity.Training.Validation;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Training;

/// <summary>Trains an encoder for an objective: batches, optimizer, schedule, validation, early stopping.</summary>
internal sealed partial class TrainingLoop : IDisposable
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
    private readonly WeightUpdates _updates;
    private readonly LearningRatePlan _rates;
    private readonly BatchStatistics _statistics;
    private readonly TrainingStep _stepper;
    private readonly StepGraph? _graph;

    private readonly CheckpointFolder? _checkpoints;
    private readonly Dictionary<string, string> _description;

    // How far it has come.
    private readonly List<EpochSummary> _epochs = [];
    private int _epoch = 1;
    private int _step;
    private readonly BestWeights _best;
    private int _bestEpoch;
    private double _bestMetric = double.NegativeInfinity;
    private TimeSpan _elapsedBefore;
    private StopReason? _ended;

    private TimeSpan _lastReport;
    private double _learningRate;
    private int _stepsInEpoch;
    private int[] _plan = [];
    private Task<int[]>? _nextPlan;

    /// <param name="settings">How to train.</param>
    /// <param name="objective">What to learn, and from what; not disposed.</param>
    /// <param name="validation">What to measure on after each epoch, or null.</param>
    /// <param name="run">The surroundings of the call of Fit.</param>
    /// <exception cref="ArgumentException">The rules for parameters do not fit those of encoder and loss.</exception>
    /// <exception cref="InvalidOperationException">The schedule follows the validation metric, and there is no validation.</exception>
    public TrainingLoop(TrainingSettings settings, Objective objective, EmbeddingValidation? validation, TrainingRun run)
    {
        if (settings.Schedule is PlateauSchedule && validation is null)
        {
            throw new InvalidOperationException(
                "LearningRateSchedule is a PlateauSchedule, which follows the validation metric, but nothing is held out for validation: "
                + "set ValidationFraction above 0, give Fit a validation set, or choose another schedule.");
        }
        _settings = run.Log is null ? settings : settings with { Progress = run.Log.Before(settings.Progress) };
        _objective = objective;
        _maximumNumberOfEpochs = settings.MaximumNumberOfEpochs ?? DefaultNumberOfEpochs(objective.Count, (long)settings.BatchSize * settings.GradientAccumulationSteps);
        _validation = validation;
        _device = run.Device;
        _seed = run.Seed;
        _cancelled = run.IsCancelled;
        _channel = run.Channel;
        _clock = run.Clock;
        _checkpoints = run.Checkpoints;
        _description = _checkpoints is null ? [] : TrainingDescription.Of(settings, objective, validation);
        if (_checkpoints?.Latest is { } latest)
            TrainingDescription.CheckEqual(latest.Progress.Training, _description);

        using var scope = NewDisposeScope();
        using var generator = new Generator((ulong)SeedSequence.Weights(run.Seed), CPU);
        _encoder = settings.Encoder.CreateModule(objective.Features.Dimension, generator);
        FirstWeights.Set(_encoder, settings, objective, _channel);
        _loss = objective.CreateLoss(settings.Encoder, generator, _device, settings.Previous?.LossState, _channel);
        _encoder.to(_device);
        _randomness = new Generator((ulong)SeedSequence.Dropout(run.Seed), CPU);
        _encoder.Randomness = _randomness;
        _encoder.LayerType = settings.Precision == TrainingPrecision.BFloat16 ? ScalarType.BFloat16 : null;
        if (settings is { Augmentation: { } augmentation, Encoder: ImageEncoder { Image: var image } })
            _augmenter = new Augmenter(augmentation, image, SeedSequence.Augmentation(run.Seed));
        try
        {
            _updates = new WeightUpdates(settings, _encoder, _loss, settings.LossLearningRateFactor ?? objective.LossLearningRateFactor);
        }
        catch (ArgumentException)
        {
            _encoder.Dispose();
            _randomness.Dispose();
            throw;
        }
        _rates = new LearningRatePlan(settings.LearningRate, settings.WarmUpFraction, settings.Schedule);
        _statistics = new BatchStatistics(_device);
        _best = new BestWeights(_encoder, _loss, _device);
        _stepper = new TrainingStep(objective, _encoder, _augmenter, _updates, _statistics, settings);
        if (settings.UseCudaGraphs && (_graph = StepGraph.TryCreate(settings, objective, _device, _channel)) is not null)
            _stepper.Use(_graph, () => new StateCopy(State.Select(entry => entry.Value), _augmenter is null ? [_randomness] : [_randomness, _augmenter.Randomness]));
        if (_checkpoints?.Latest is { } checkpoint)
        {
            Restore(checkpoint);
            _checkpoints.Release();
        }
    }

    /// <summary>Trains to the end and gives the best weights.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled before the first epoch was complete, or the settings want it thrown.</exception>
    /// <exception cref="InvalidOperationException">Training diverged in the first epoch.</exception>
    public (EmbeddingModel Model, TrainingSummary Summary) Run()
    {
        if (_ended is null)
        {
            _encoder.train();
            using var stream = _graph?.EnterStream();
            _ended = RunEpochs();
            // A cancelled training goes on when Fit is called again.
            if (_ended == StopReason.Cancelled)
                _checkpoints?.Save(CreateCheckpoint(ended: null));
            else
                _checkpoints?.Save(CreateCheckpoint(_ended));
        }
        if (_ended == StopReason.Cancelled && (!_best.Any || _settings.ThrowOnCancellation))
        {
            throw new OperationCanceledException(!_best.Any
                ? "Training was cancelled before its first epoch was complete."
                : $"Training was cancelled after {_epochs.Count} epochs.");
        }
        return (_best.ToModel(_settings.Encoder, _objective.Features.Dimension, _objective.Classes), new TrainingSummary
        {
            StopReason = _ended.Value,
            BestEpoch = _bestEpoch,
            Epochs = _epochs,
            Duration = Elapsed,
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
        _stepper.Dispose();
        _updates.Dispose();
        _rates.Dispose();
        _statistics.Dispose();
        _best.Dispose();
        _encoder.Dispose();
        _randomness.Dispose();
        _augmenter?.Dispose();
    }

    // An epoch of few rows has few steps: too few of them would hardly move the weights.
    private static int DefaultNumberOfEpochs(int rows, long rowsOfStep)
    {
        const int steps = 100;
        var stepsInEpoch = (rows + rowsOfStep - 1) / rowsOfStep;
        return (int)Math.Clamp((steps + stepsInEpoch - 1) / stepsInEpoch, 10, 50);
    }

    private TimeSpan Elapsed => _elapsedBefore + _clock.Elapsed;

    private StopReason RunEpochs()
    {
        for (; _epoch <= _maximumNumberOfEpochs; (_epoch, _step) = (_epoch + 1, 0))
        {
            if (!RunEpoch())
                return StopReason.Cancelled;
            var values = _statistics.Read(_settings.SkipNonFiniteSteps);
            var skipped = SkippedSteps;
            using var averaged = _updates.UseAverage(BatchesForStatistics());
            var metric = _validation?.Measure(_encoder);
            if (Divergence(values, skipped, metric) is { } divergence)
            {
                if (!_best.Any)
                    throw new InvalidOperationException($"{divergence} Lower LearningRate (now {_settings.LearningRate}) or scale the features.");
                _channel.Warning(MessageSensitivity.None, "{0} Training stops with the weights of epoch {1}{2}.", divergence, _bestEpoch,
                    _validation is null ? "" : $", whose validation {_validation.Metric} was {_bestMetric:F4}");
                return StopReason.Diverged;
            }
            Complete(values, skipped, metric);
            if (metric is { } observed)
                _rates.Observe(observed);
            if (metric is null || metric > _bestMetric)
            {
                _bestMetric = metric ?? _bestMetric;
                _bestEpoch = _epoch;
                _best.Take();
            }
            if (metric is not null && _epoch - _bestEpoch >= _settings.EarlyStoppingPatience)
                return StopReason.EarlyStopping;
        }
        return StopReason.Completed;
    }

    // False when cancelled.
    private bool RunEpoch()
    {
        if (_step == 0)
            _statistics.Begin(0);
        var plan = _plan = TakePlan();
        var size = Math.Min(_settings.BatchSize, _objective.Count);
        var batches = plan.Length / size;
        _stepper.BeginEpoch(_epoch, batches);
        var each = _settings.GradientAccumulationSteps;
        _stepsInEpoch = (batches + each - 1) / each;
        using var feed = Feed(plan, size, Math.Min(_step * each, batches));
        while (_step < _stepsInEpoch)
        {
            if (_cancelled())
                return false;
            _learningRate = _rates.At((_epoch - 1 + (double)_step / _stepsInEpoch) / _maximumNumberOfEpochs);
            _stepper.Run(plan.AsSpan(_step * each * size, Math.Min(each, batches - _step * each) * size), size, _learningRate, feed);
            _step++;
            _updates.Average((_epoch - 1 + (double)_step / _stepsInEpoch) / _maximumNumberOfEpochs, endsEpoch: _step == _stepsInEpoch);
            if (_checkpoints is not null && _checkpoints.IsDue(Elapsed))
                _checkpoints.Save(CreateCheckpoint(ended: null));
            if (_settings.Progress is not null && _clock.Elapsed - _lastReport >= ReportEvery && _step < _stepsInEpoch)
                Report(_statistics.Read(_settings.SkipNonFiniteSteps), SkippedSteps, metric: null);
        }
        return true;
    }

    // The next epoch's batches are dealt while this one trains.
    private int[] TakePlan()
    {
        var plan = _nextPlan is null ? Deal(_epoch) : _nextPlan.GetAwaiter().GetResult();
        var next = _epoch + 1;
        _nextPlan = next <= _maximumNumberOfEpochs ? Task.Run(() => Deal(next)) : null;
        return plan;

        int[] Deal(int epoch) => _objective.Epoch(_settings.BatchSize, SeedSequence.Epoch(_seed, epoch));
    }

    // Batches in chunks are gathered chunk by chunk, to take the memory of one only.
    private BatchFeed? Feed(int[] plan, int size, int done) => _objective.Features.IsPrepared || _settings.GradientCacheChunkSize is not null
        ? null
        : new BatchFeed(_objective.Features, plan.Length / size - done, batch => _objective.RowsOf(plan.AsSpan((done + batch) * size, size)));

    private IEnumerable<Tensor> BatchesForStatistics()
    {
        const int most = 50;
        return _plan.Chunk(Math.Min(_settings.BatchSize, _objective.Count)).Take(most).Select(examples => _objective.Features.Gather(_objective.RowsOf(examples)));
    }

    // The loss was computed before the epoch's last step, which may have been the one too many.
    private string? Divergence(BatchStatistics.Values values, int skipped, double? metric)
    {
        if (skipped == _stepsInEpoch)
            return $"All {skipped} steps of epoch {_epoch} were skipped: in each, a loss or gradient was not finite.";
        if (values.FirstNotFinite is { } batch && !_settings.SkipNonFiniteSteps)
        {
            var before = values.LastFinite is { } last ? $"it was {last:G6} one batch before"
                : _epochs.Count > 0 ? $"its mean in the epoch before was {_epochs[^1].Loss:G6}"
                : "it was the first batch of all";
            return $"The loss was not finite in step {batch / _settings.GradientAccumulationSteps + 1} of epoch {_epoch} ({before}).";
        }
        return metric is not double.NaN && WeightsAreFinite() ? null : $"The weights became too large in epoch {_epoch}.";
    }

    private bool WeightsAreFinite()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        return TorchScripts.AreFinite([.. _encoder.state_dict().Values.Concat(_loss.parameters()).Where(value => value.is_floating_point())]).item<bool>();
    }
}
