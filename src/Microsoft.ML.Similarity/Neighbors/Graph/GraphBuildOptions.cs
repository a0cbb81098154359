using Microsoft.ML.Similarity.Neighbors.Index;

namespace Microsoft.ML.Similarity.Neighbors.Graph;

/// <summary>How a graph is built.</summary>
internal sealed record GraphBuildOptions
{
    /// <summary>M: links of a node on each layer above the base, which has twice as many. From 4 to 128.</summary>
    public int Degree { get; init; } = 16;

    /// <summary>How many near nodes are found for a new one, among which its links are chosen. At least the degree.</summary>
    public int BuildWidth { get; init; } = 200;

    /// <summary>What the graph compares.</summary>
    public GraphCodes Codes { get; init; } = GraphCodes.PrincipalBytes;

    /// <summary>The share of the true neighbours that searches shall find, above 0 and below 1.</summary>
    public double TargetRecall { get; init; } = 0.99;

    /// <summary>Of the order in which nodes are added, and of their layers.</summary>
    public ulong Seed { get; init; }

    /// <summary>Threads and cancellation; the graph does not depend on them.</summary>
    public ParallelOptions Parallel { get; init; } = new();

    /// <summary>The most threads to use.</summary>
    public int Threads => Parallel.MaxDegreeOfParallelism is > 0 and var threads ? threads : Environment.ProcessorCount;

    /// <summary>Told the share of the nodes that are in the graph.</summary>
    public Action<double>? Progress { get; init; }
}
