using System.Globalization;
using Microsoft.ML.Similarity.Training;

namespace QuickStart;

/// <summary>A training's progress in one line. The validation metric is known at the end of an epoch and shown until the next.</summary>
internal sealed class ProgressText
{
    private string _metric = "–";

    public string Of(TrainingProgress progress)
    {
        _metric = progress.ValidationMetric?.ToString("F3", CultureInfo.InvariantCulture) ?? _metric;
        return string.Create(CultureInfo.InvariantCulture,
            $"epoch {progress.Epoch,2}/{progress.MaximumNumberOfEpochs} loss {progress.Loss:F3} active {progress.ActiveFraction,5:P1} MAP@R {_metric} {progress.Remaining.TotalSeconds,2:F0} s left");
    }
}
