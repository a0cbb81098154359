using Microsoft.ML.Similarity.Training;
using Spectre.Console;

namespace QuickStart;

/// <summary>Shows a training's progress as a line that moves.</summary>
internal sealed class ProgressBar(ProgressTask task) : IProgress<TrainingProgress>
{
    private readonly ProgressText _text = new();

    public void Report(TrainingProgress value)
    {
        task.MaxValue = value.MaximumNumberOfEpochs;
        task.Value = value.Epoch - 1 + (double)value.Step / value.StepsInEpoch;
        task.Description = _text.Of(value);
    }
}
