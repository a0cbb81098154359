using Microsoft.ML.Similarity.Neighbors.Index;

namespace Microsoft.ML.Similarity.Benchmarks.Knn;

/// <summary>What a figure of a set should reach.</summary>
/// <param name="Sets">The sets.</param>
/// <param name="Metric">The figure.</param>
/// <param name="Limit">What it, or its ratio to the peer's, should reach.</param>
internal sealed record KnnReach(string[] Sets, string Metric, Limit Limit)
{
    private static readonly string[] Structured = ["c128", "m384", "c64"];

    private static readonly KnnReach[] All =
    [
        new(["c128", "m384"], KnnMetric.ExactBatch(1), Limit.AtLeast(4)),
        new(["c64"], KnnMetric.ExactBatch(1), Limit.AtLeast(3)),
        new(["u128"], KnnMetric.ExactBatch(1), Limit.AtLeast(1.8)),
        new(["c128"], KnnMetric.ExactSingle, Limit.AtLeast(12)),
        new(Structured, KnnMetric.Graph(nameof(GraphCodes.Vectors), 0.95, 1), Limit.AtLeast(1.7)),
        new(Structured, KnnMetric.Graph(nameof(GraphCodes.Vectors), 0.99, 1), Limit.AtLeast(1.7)),
        new(Structured, KnnMetric.Graph(nameof(GraphCodes.Bytes), 0.98, 1), Limit.AtLeast(3)),
        new(["c128", "m384"], KnnMetric.Graph(nameof(GraphCodes.PrincipalBytes), 0.98, 1), Limit.AtLeast(3.5)),
        new(["c128"], KnnMetric.Build(nameof(GraphCodes.Vectors), 1), Limit.AtLeast(2)),
        new(["c128"], KnnMetric.Build(nameof(GraphCodes.Bytes), 1), Limit.AtLeast(3)),
        new(["c128"], KnnMetric.BytesPerRow(nameof(GraphCodes.Bytes)), Limit.AtMost(280)),
        .. ((string[])[nameof(GraphCodes.Vectors), nameof(GraphCodes.Bytes), nameof(GraphCodes.PrincipalBytes)]).SelectMany(codes => (KnnReach[])
        [
            new(["c128"], KnnMetric.BuildThreads(codes), Limit.AtLeast(1.8)),
            new(Structured, KnnMetric.GraphThreads(codes), Limit.AtLeast(1.8)),
        ]),
        new([.. Structured, "u128"], KnnMetric.ExactThreads, Limit.AtLeast(1.8)),
    ];

    /// <returns>Null where nothing is asked for.</returns>
    public static Limit? Of(KnnSet set, string metric) => Array.Find(All, reach => reach.Metric == metric && reach.Sets.Contains(set.Name))?.Limit;
}
