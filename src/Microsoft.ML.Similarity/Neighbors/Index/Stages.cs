using System.Diagnostics;

namespace Microsoft.ML.Similarity.Neighbors.Index;

/// <summary>Reports the stages of a build.</summary>
internal sealed class Stages(IProgress<NeighborIndexProgress>? progress)
{
    private readonly long _start = Stopwatch.GetTimestamp();

    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(_start);

    public T Run<T>(NeighborIndexStage stage, Func<T> work) => Run(stage, _ => work());

    /// <param name="stage">Which.</param>
    /// <param name="work">Is given what to tell of the share that is done.</param>
    public T Run<T>(NeighborIndexStage stage, Func<Action<double>, T> work)
    {
        progress?.Report(new(stage, IsFinished: false, Elapsed, 0));
        var result = work(share => progress?.Report(new(stage, IsFinished: false, Elapsed, share)));
        progress?.Report(new(stage, IsFinished: true, Elapsed, 1));
        return result;
    }
}
