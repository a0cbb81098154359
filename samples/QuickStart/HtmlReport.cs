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

    public required IReadOnlyList<(string Caption, IReadOnlyList<Point> Points)> Maps { get; init; }

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
        <p class="lead">Two embeddings trained on pictures of the digits 0 to 6, one briefly and one fully, beside the {Digit.Side * Digit.Side} pixels
        as they are. How well do other pictures of those digits find each other, and how well do pictures of 7, 8 and 9, which training never saw?</p>

        <h2>Retrieval</h2>
        {RetrievalTable()}
        <p class="note">Each row is sought among the other rows of its line, by Euclidean distance. P@1: the nearest is of the same digit. Recall@5: one of
        the five nearest is. R-precision and MAP@R: how much of the digit's R other rows are the R nearest, MAP@R counting their order too. The best value is bold.</p>
        <p>{Findings()} Training draws the digits it sees together, and with them what it takes for alike: the longer it goes on, the more it
        favours those digits over others.</p>

        <h2>The full training</h2>
        <div class="pair">
        {Figure(LineChart.Draw("Loss by epoch", [.. Summary.Epochs.Select(e => e.Loss)], LossTop(), Summary.BestEpoch), "Triplet loss, mean over the triplets that still have one")}
        {Figure(LineChart.Draw("Validation MAP@R by epoch", [.. Summary.Epochs.Select(e => e.ValidationMetric ?? 0)], 1, Summary.BestEpoch), $"MAP@R on {Summary.ValidationRows} rows set aside from the training rows")}
        </div>
        <p class="note">{Number(Summary.Epochs.Count)} epochs in {Number(Summary.Duration.TotalSeconds, 1)} s on {Text(Summary.Device)}. The weights kept are those of epoch {Summary.BestEpoch}.</p>

        <h2>Map</h2>
        {Legend()}
        <div class="triple">
        {Concat(Maps.Select(map => Figure(ScatterMap.Draw(map.Caption, map.Points), map.Caption)))}
        </div>
        <p class="note">The rows that were not trained on, on the two principal components of each space. A plane shows only part of
        it: digits that overlap here may lie apart.</p>

        <h2>Neighbours</h2>
        <div class="pair">
        {Figure(NeighborTable(NeighborsByPixels), "By the pixels")}
        {Figure(NeighborTable(NeighborsByEmbedding), "By the embedding, full training")}
        </div>
        <p class="note">The first row of each digit in the shuffled data, not chosen, and its nearest neighbours among all rows that were not trained on. A neighbour of another digit has a frame
        and its digit below.</p>

        <h2>Classification</h2>
        {ClassificationTable()}
        <p class="note">The share of rows whose nearest row is of the same digit. It is sought among the training rows; below the first line also among ten
        examples each of 7, 8 and 9, added without training again. Neither the examples nor any training row is among the rows classified.</p>
        <script type="application/json" id="results">{Results()}</script>
        </body>
        </html>

        """;

    private string RetrievalTable()
    {
        var rows = Comparisons.SelectMany(comparison => comparison.Lines.Select((line, i) =>
        {
            var head = i > 0 ? ""
                : $"<th rowspan=\"{comparison.Lines.Count}\" scope=\"rowgroup\">{Text(comparison.Rows)}<span>{line.Metrics.QueryCount} rows</span></th>";
            var cells = comparison.Cells(i).Select(cell => $"<td class=\"n{(cell.IsBest ? " best" : "")}\">{Number(cell.Value, 3)}</td>");
            return $"<tr{(i == comparison.Lines.Count - 1 ? " class=\"last\"" : "")}>{head}<td>{Text(line.By)}</td>{Concat(cells)}</tr>";
        }));
        return $"<table><thead><tr><th>Rows</th><th>By</th>{Concat(Comparison.Metrics.Select(m => $"<th class=\"n\">{m.Name}</th>"))}</tr></thead><tbody>{Concat(rows)}</tbody></table>";
    }

    // Says in words which line is the best, also where that is the pixels.
    private string Findings() => string.Join(' ', Comparisons.Select(comparison =>
    {
        var winners = Comparison.Metrics.GroupBy(
            metric => string.Join(" and ", comparison.Values(metric.Of).Where(value => value.IsBest).Select(value => value.By)), metric => metric.Name);
        return $"<b>{Text(comparison.Rows)}</b>: {string.Join("; ", winners.Select(group => $"best by {string.Join(", ", group)}: {Text(group.Key)}"))}.";
    }));

    private string ClassificationTable() => $"""
        <table><thead><tr><th>By</th><th class="n">0–6</th><th class="n">7–9</th><th class="n">All ten</th></tr></thead><tbody>{Concat(Classifications.Select(row =>
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
        retrieval = Comparisons.Select(comparison => new
        {
            rows = comparison.Rows,
            lines = comparison.Lines.Select(line => new { by = line.By, values = Comparison.Metrics.ToDictionary(metric => metric.Name, metric => metric.Of(line.Metrics)) }),
        }),
        classification = Classifications.Select(row => new { name = row.Name, known = row.Known, unseen = row.New, all = row.All }),
    });

    // A round number above the largest loss.
    private double LossTop() => Math.Max(0.05, Math.Ceiling(Summary.Epochs.Max(epoch => epoch.Loss) * 20) / 20);

    private static string Text(string value) => WebUtility.HtmlEncode(value);

    private static string Concat(IEnumerable<string> parts) => string.Concat(parts);

    private static string Number(double value, int digits = 0) => value.ToString($"F{digits}", CultureInfo.InvariantCulture);
}
