using Microsoft.ML.Runtime;

namespace Microsoft.ML.Similarity.Training;

// What the loop tells of itself.
internal sealed partial class TrainingLoop
{
    // Of the epoch under way.
    private int SkippedSteps => _updates.SkippedSteps is { } all ? (int)(all - _epochs.Sum(epoch => (long)epoch.SkippedSteps)) : 0;

    private void Complete(BatchStatistics.Values values, int skipped, double? metric)
    {
        if (skipped > 0)
            _channel.Warning(MessageSensitivity.None, "{0} of {1} steps of epoch {2} were skipped: a loss or gradient was not finite.", skipped, _stepsInEpoch, _epoch);
        _epochs.Add(new EpochSummary(
            _epoch, values.Loss, _learningRate, values.ActiveFraction, values.PositiveDistance, values.NegativeDistance, metric, Elapsed, skipped));
        _channel.Info(MessageSensitivity.None, "Epoch {0} of {1}: loss {2:F4}, {3}.",
            _epoch, _maximumNumberOfEpochs, values.Loss, metric is null ? "no validation" : $"validation {_validation!.Metric} {metric:F4}");
        Report(values, skipped, metric);
    }

    private void Report(BatchStatistics.Values values, int skipped, double? metric)
    {
        _lastReport = _clock.Elapsed;
        var done = (_epoch - 1 + (double)_step / _stepsInEpoch) / _maximumNumberOfEpochs;
        _settings.Progress?.Report(new TrainingProgress
        {
            Epoch = _epoch,
            MaximumNumberOfEpochs = _maximumNumberOfEpochs,
            Step = _step,
            StepsInEpoch = _stepsInEpoch,
            Loss = values.Loss,
            SkippedSteps = skipped,
            LearningRate = _learningRate,
            ActiveFraction = values.ActiveFraction,
            MeanPositiveDistance = values.PositiveDistance,
            MeanNegativeDistance = values.NegativeDistance,
            ValidationMetric = metric,
            Elapsed = Elapsed,
            Remaining = Elapsed * (1 / done - 1),
        });
    }
}
