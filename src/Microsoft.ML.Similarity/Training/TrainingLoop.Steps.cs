namespace Microsoft.ML.Similarity.Training;

// Its steps without the loop around them, to be timed.
internal sealed partial class TrainingLoop
{
    /// <summary>Makes ready for steps of the caller's choice; to be disposed after the last of them, on the same thread.</summary>
    /// <param name="most">The most that there will be.</param>
    public IDisposable? BeginSteps(int most)
    {
        _encoder.train();
        _statistics.Begin(0);
        _stepper.BeginEpoch(epoch: 1, most);
        return _graph?.EnterStream();
    }

    /// <summary>Does a step; on a GPU it may be under way when this returns.</summary>
    /// <param name="examples">Its batch.</param>
    public void Step(ReadOnlySpan<int> examples) => _stepper.Run(examples, examples.Length, _settings.LearningRate, feed: null);
}
