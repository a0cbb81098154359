using Microsoft.ML.Similarity.Evaluation;

namespace QuickStart;

/// <summary>How well some rows find each other, by their pixels and by what was learned.</summary>
internal sealed record Comparison(string Rows, RetrievalMetrics Pixels, RetrievalMetrics Embedding)
{
    /// <summary>The metrics shown, in the order shown.</summary>
    public static IReadOnlyList<(string Name, Func<RetrievalMetrics, double> Of)> Metrics { get; } =
    [
        ("P@1", metrics => metrics.PrecisionAt1),
        ("Recall@5", metrics => metrics.RecallAtK[5]),
        ("R-precision", metrics => metrics.RPrecision),
        ("MAP@R", metrics => metrics.MeanAveragePrecisionAtR),
    ];
}
