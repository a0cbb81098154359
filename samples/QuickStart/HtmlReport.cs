using System.Globalization;
using System.Net;
using System.Text.Json;
using Microsoft.ML.Similarity.Training;

namespace QuickStart;

/// <summary>The results as one page that needs nothing but itself.</summary>
internal sealed class HtmlReport
{
    public required TrainingSummary Summary { get; init; }

    public required IReadOnlyList<Comparison> Comparisons { get; init; }

    public required IReadOnlyList<Classification> Classifications { get; init; }

    public required IReadOnlyList<Digit> Gallery { get; init; }

    public required IReadOnlyList<Neighborhood> NeighborsByPixels { get; init; }

    public required IReadOnlyList<Neighborhood> NeighborsByEmbedding { get; init; }

    public required IReadOnlyList<Point> MapOfPixels { get; init; }

    public required IReadOnlyList<Point> MapOfEmbedding { get; init; }

    /// <summary>Writes the page and gives its full path.</summary>
    public string Save(string path)
    {
        File.WriteAllText(path, Page());
        return Path.GetFullPath(path);
    }

    private string Page() => $"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>QuickStart: what was learned from handwritten digits</title>
        <style>{HtmlStyle.Text}</style>
        </head>
        <body>
        <h1>What was learned from handwritten digits</h1>
        <p class="lead">An embedding trained on {Summary.TrainingRows} pictures of the digits 0 to 6, beside the {Digit.Side * Digit.Side} pixels
        as they are. Two questions: how well do other pictures of those digits find each other, and how well do pictures of 7, 8 and 9,
        which training never saw?</p>

        <h2>Retrieval</h2>
        {RetrievalTable()}
        <p class="note">Each row is sought among the other rows of its line, by Euclidean distance. P@1: the nearest is of the same digit. Recall@5: one of
        the five nearest is. R-precision and MAP@R: how much of the digit's R other rows are the R nearest, MAP@R counting their order too. The better value is bold.</p>
        <p>{Findings()}</p>

        <h2>Training</h2>
        <div class="pair">
        {Figure(LineChart.Draw("Loss by epoch", [.. Summary.Epochs.Select(e => e.Loss)], LossTop(), Summary.BestEpoch), "Triplet loss, mean over the triplets that still have one")}
        {Figure(LineChart.Draw("Validation MAP@R by epoch", [.. Summary.Epochs.Select(e => e.ValidationMetric ?? 0)], 1, Summary.BestEpoch), $"MAP@R on {Summary.ValidationRows} rows set aside from the training rows")}
        </div>
        <p class="note">{Number(Summary.Epochs.Count)} epochs in {Number(Summary.Duration.TotalSeconds, 1)} s on {Text(Summary.Device)}. The weights kept are those of epoch {Summary.BestEpoch}.</p>

        <h2>Map</h2>
        {Legend()}
        <div class="pair">
        {Figure(ScatterMap.Draw("Map of the pixels", MapOfPixels), "Before: the pixels")}
        {Figure(ScatterMap.Draw("Map of the embedding", MapOfEmbedding), "After: the embedding")}
        </div>
        <p class="note">The rows that were not trained on, on the two principal components of each space. A plane shows little of {Digit.Side * Digit.Side} dimensions: digits
        that overlap here may lie apart.</p>

        <h2>Neighbours</h2>
        <div class="pair">
        {Figure(NeighborTable(NeighborsByPixels), "By the pixels")}
        {Figure(NeighborTable(NeighborsByEmbedding), "By the embedding")}
        </div>
        <p class="note">The first row of each digit in the shuffled data, not chosen, and its nearest among all rows that were not trained on. A neighbour of another digit has a frame
        and its digit below.</p>

        <h2>Classification</h2>
        {ClassificationTable()}
        <p class="note">The share of rows that the majority of their 5 nearest neighbours gets right. The neighbours are the training rows; the second and third line add ten
        examples each of 7, 8 and 9. Nothing is trained again. Neither the examples nor any training row is among the rows classified.</p>
        <script type="application/json" id="results">{Results()}</script>
        </body>
        </html>

        """;

    private string RetrievalTable()
    {
        var rows = Comparisons.Select(c => $"""
            <tr><th rowspan="2" scope="rowgroup">{Text(c.Rows)}<span>{c.Pixels.QueryCount} rows</span></th><td>pixels</td>{Cells(c, learned: false)}</tr>
            <tr class="last"><td>embedding</td>{Cells(c, learned: true)}</tr>
            """);
        return $"""<table><thead><tr><th>Rows</th><th>By</th>{Concat(Comparison.Metrics.Select(m => $"<th class=\"n\">{m.Name}</th>"))}</tr></thead><tbody>{Concat(rows)}</tbody></table>""";

        static string Cells(Comparison comparison, bool learned) => Concat(Comparison.Metrics.Select(metric =>
        {
            var (pixels, embedding) = (metric.Of(comparison.Pixels), metric.Of(comparison.Embedding));
            var (value, other) = learned ? (embedding, pixels) : (pixels, embedding);
            return $"<td class=\"n{(value > other ? " best" : "")}\">{Number(value, 3)}</td>";
        }));
    }

    private string Findings() => string.Join(' ', Comparisons.Select(comparison =>
    {
        var wins = Comparison.Metrics.ToLookup(m => Math.Sign(m.Of(comparison.Embedding) - m.Of(comparison.Pixels)), m => m.Name);
        string[] parts = [Part(wins[1], "the embedding is better by"), Part(wins[-1], "the pixels are better by"), Part(wins[0], "they are equal by")];
        return $"<b>{Text(comparison.Rows)}</b>: {string.Join("; ", parts.Where(part => part.Length > 0))}.";

        static string Part(IEnumerable<string> names, string what) => names.Any() ? $"{what} {string.Join(", ", names)}" : "";
    }));

    private string ClassificationTable() => $"""
        <table><thead><tr><th>Neighbours by</th><th class="n">0–6</th><th class="n">7–9</th><th class="n">All ten</th></tr></thead><tbody>{Concat(Classifications.Select(row =>
        $"<tr><th>{Text(row.Name)}</th><td class=\"n\">{Number(row.Known, 3)}</td><td class=\"n\">{Number(row.New, 3)}</td><td class=\"n\">{Number(row.All, 3)}</td></tr>"))}</tbody></table>
        """;

    private string NeighborTable(IReadOnlyList<Neighborhood> neighborhoods)
    {
        var queries = Gallery.Select((digit, row) => (digit.Label, Row: row)).GroupBy(query => query.Label).OrderBy(group => group.Key).Select(group => group.First().Row);
        return $"<div class=\"neighbors\">{Concat(queries.Select(Line))}</div>";

        string Line(int query)
        {
            var found = neighborhoods[query];
            var pictures = found.NeighborRow.Select((row, i) =>
                $"<div class=\"{(found.IsRight(i) ? "right" : "wrong")}\">{DigitDrawing.InSvg(Gallery[(int)row])}<span>{(found.IsRight(i) ? "" : Text(found.NeighborLabel[i]))}</span></div>");
            return $"<div class=\"query\">{DigitDrawing.InSvg(Gallery[query])}<span>{Text(found.Label)}</span></div>{Concat(pictures)}";
        }
    }

    private static string Legend() =>
        $"<p class=\"legend\">trained on: {Keys(0, 7)} &ensp; never seen: {Keys(7, 3)}</p>";

    private static string Keys(int first, int count) => Concat(Enumerable.Range(first, count).Select(digit => $"<b class=\"d{digit}\">{digit}</b>"));

    private static string Figure(object content, string caption) => $"<figure>{content}<figcaption>{Text(caption)}</figcaption></figure>";

    // The results for programs. The serializer escapes what could end the element.
    private string Results() => JsonSerializer.Serialize(new
    {
        retrieval = Comparisons.Select(c => new { rows = c.Rows, pixels = Values(c, learned: false), embedding = Values(c, learned: true) }),
        classification = Classifications.Select(c => new { name = c.Name, known = c.Known, unseen = c.New, all = c.All }),
    });

    private static Dictionary<string, double> Values(Comparison comparison, bool learned) =>
        Comparison.Metrics.ToDictionary(metric => metric.Name, metric => metric.Of(learned ? comparison.Embedding : comparison.Pixels));

    // A round number above the largest loss.
    private double LossTop() => Math.Max(0.05, Math.Ceiling(Summary.Epochs.Max(epoch => epoch.Loss) * 20) / 20);

    private static string Text(string value) => WebUtility.HtmlEncode(value);

    private static string Concat(IEnumerable<string> parts) => string.Concat(parts);

    private static string Number(double value, int digits = 0) => value.ToString($"F{digits}", CultureInfo.InvariantCulture);
}
