namespace Microsoft.ML.Similarity.Benchmarks.Steps;

/// <summary>What is done again and again, and timed.</summary>
internal interface IStep : IDisposable
{
    /// <summary>What the log said of the way it is done, if anything.</summary>
    string? Note => null;

    /// <summary>Does it once; on a GPU it may be under way when this returns.</summary>
    void Run();
}
