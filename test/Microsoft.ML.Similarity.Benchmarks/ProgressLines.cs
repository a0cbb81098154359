using System.Globalization;
using Microsoft.ML.Similarity.Training;

namespace Microsoft.ML.Similarity.Benchmarks;

/// <summary>A line for each epoch of a training.</summary>
internal sealed class ProgressLines(Report report) : IProgress<TrainingProgress>
{
    public void Report(TrainingProgress value)
    {
        if (value.Step == value.StepsInEpoch)
        {
            report.Progress(string.Create(CultureInfo.InvariantCulture,
                $"  epoch {value.Epoch}/{value.MaximumNumberOfEpochs}, loss {value.Loss:F4}, validation {value.ValidationMetric:F4}, {value.Remaining.TotalSeconds:F0} s left"));
        }
    }
}
