using Microsoft.ML.Similarity.Training;

namespace QuickStart;

/// <summary>Shows a training's progress as lines, one every five epochs, where a line cannot move.</summary>
internal sealed class ProgressLines : IProgress<TrainingProgress>
{
    private readonly ProgressText _text = new();

    public void Report(TrainingProgress value)
    {
        var text = _text.Of(value);
        if (value.Step == value.StepsInEpoch && (value.Epoch == 1 || value.Epoch % 5 == 0))
            Console.WriteLine(text);
    }
}
