namespace Microsoft.ML.Similarity.Benchmarks.Knn;

/// <summary>What can be measured of a set.</summary>
internal enum KnnPart
{
    /// <summary>Exact search.</summary>
    Exact,

    /// <summary>Building graphs with one thread and with two.</summary>
    Build,

    /// <summary>Searching along graphs at equal recall.</summary>
    Graph,

    /// <summary>Whether calibrated searches find what was asked for.</summary>
    Recall,
}
