namespace Microsoft.ML.Similarity.Tests.Training;

/// <summary>Calls back on the thread that reports.</summary>
internal sealed class Receiver<T>(Action<T> onReport) : IProgress<T>
{
    public void Report(T value) => onReport(value);
}
