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
        new(Structured, KnnMetric.Graph("Float", 0.95, 1), Limit.AtLeast(1.7)),
        new(Structured, KnnMetric.Graph("Float", 0.99, 1), Limit.AtLeast(1.7)),
        new(Structured, KnnMetric.Graph("Int8", 0.98, 1), Limit.AtLeast(3)),
        new(["c128", "m384"], KnnMetric.Graph("PrincipalInt8", 0.98, 1), Limit.AtLeast(3.5)),
        new(["c128"], KnnMetric.Build("Float", 1), Limit.AtLeast(2)),
        new(["c128"], KnnMetric.Build("Int8", 1), Limit.AtLeast(3)),
        new(["c128"], KnnMetric.BytesPerRow("Int8"), Limit.AtMost(280)),
        .. ((string[])["Float", "Int8", "PrincipalInt8"]).SelectMany(codes => (KnnReach[])
        [
            new(["c128"], KnnMetric.BuildThreads(codes), Limit.AtLeast(1.8)),
            new(Structured, KnnMetric.GraphThreads(codes), Limit.AtLeast(1.8)),
        ]),
        new([.. Structured, "u128"], KnnMetric.ExactThreads, Limit.AtLeast(1.8)),
    ];

    /// <returns>Null where nothing is asked for.</returns>
    public static Limit? Of(KnnSet set, string metric) => Array.Find(All, reach => reach.Metric == metric && reach.Sets.Contains(set.Name))?.Limit;
}
