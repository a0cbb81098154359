using Microsoft.ML.Similarity.Evaluation;

namespace QuickStart;

/// <summary>How well some rows find each other, by their pixels and by what was learned.</summary>
internal sealed record Comparison(string Rows, IReadOnlyList<(string By, RetrievalMetrics Metrics)> Lines)
{
    /// <summary>The metrics shown, in the order shown.</summary>
    public static IReadOnlyList<(string Name, Func<RetrievalMetrics, double> Of)> Metrics { get; } =
    [
        ("P@1", metrics => metrics.PrecisionAt1),
        ("Recall@5", metrics => metrics.RecallAtK[5]),
        ("R-precision", metrics => metrics.RPrecision),
        ("MAP@R", metrics => metrics.MeanAveragePrecisionAtR),
    ];

    /// <summary>The value of a metric on each line, and whether no line has a better one.</summary>
    public IEnumerable<(string By, double Value, bool IsBest)> Values(Func<RetrievalMetrics, double> of)
    {
        var best = Lines.Max(line => of(line.Metrics));
        return Lines.Select(line => (line.By, of(line.Metrics), of(line.Metrics) >= best));
    }

    /// <summary>The metrics of one line as they are shown.</summary>
    public IEnumerable<(double Value, bool IsBest)> Cells(int line) =>
        Metrics.Select(metric => Values(metric.Of).ElementAt(line)).Select(cell => (cell.Value, cell.IsBest));
}
