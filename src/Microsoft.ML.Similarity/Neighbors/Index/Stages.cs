using System.Diagnostics;

namespace Microsoft.ML.Similarity.Neighbors.Index;

/// <summary>Reports the stages of a build.</summary>
internal sealed class Stages(IProgress<NeighborIndexProgress>? progress)
{
    private readonly long _start = Stopwatch.GetTimestamp();

    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(_start);

    public T Run<T>(NeighborIndexStage stage, Func<T> work)
    {
        progress?.Report(new(stage, IsFinished: false, Elapsed));
        var result = work();
        progress?.Report(new(stage, IsFinished: true, Elapsed));
        return result;
    }
}
