using System.Globalization;
using System.Text.Json.Nodes;

namespace Microsoft.ML.Similarity.Benchmarks;

/// <summary>What was measured beside a peer and what is to be reached: a table for people, and a result for each row of it.</summary>
/// <param name="report">Where to write.</param>
/// <param name="subject">The head of the first column.</param>
/// <param name="metricWidth">The width of the column of metrics.</param>
internal sealed class ReachTable(Report report, string subject, int metricWidth)
{
    private readonly List<string> _lines = [];

    /// <summary>A row for what a peer did not do.</summary>
    public void Add(string name, string peer, string message) => _lines.Add($"{name,-22}{peer,-16}{message}");

    /// <param name="name">What was measured.</param>
    /// <param name="metric">Which figure of it.</param>
    /// <param name="value">The figure.</param>
    /// <param name="seconds">How long it took to come to; null where that says nothing.</param>
    /// <param name="reach">What the ratio, or without a peer the figure, should reach.</param>
    /// <param name="settings">What explains the figure.</param>
    /// <param name="peer">What it is compared with.</param>
    /// <param name="peerValue">The peer's figure.</param>
    /// <param name="ratio">Of the two.</param>
    public void Add(
        string name, string metric, double value, double? seconds, Limit? reach, JsonObject settings, string? peer = null, double? peerValue = null, double? ratio = null)
    {
        bool? reached = reach?.Allows(ratio ?? value);
        _lines.Add(string.Create(CultureInfo.InvariantCulture,
            $"{name,-22}{peer,-16}{metric.PadRight(metricWidth)}{value,12:F3}{peerValue,12:F3}{ratio,9:F3}{Written(reach),10}{(reached == false ? " not reached" : "")}"));
        settings["ratio"] = ratio is { } known ? Math.Round(known, 4) : null;
        settings["reach"] = reach?.Value;
        settings["reached"] = reached;
        report.Result(metric, value, seconds, settings, peer, peerValue);
    }

    /// <summary>Writes the table.</summary>
    public void Write()
    {
        report.Progress($"{subject,-22}{"peer",-16}{"".PadRight(metricWidth)}{"here",12}{"peer",12}{"ratio",9}{"reach",10}");
        _lines.ForEach(report.Progress);
    }

    private static string Written(Limit? reach) =>
        reach is { } known ? string.Create(CultureInfo.InvariantCulture, $"{(known.IsMost ? "≤" : "≥")} {known.Value}") : "";
}
