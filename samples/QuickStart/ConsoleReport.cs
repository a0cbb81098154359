using System.Globalization;
using System.Text;
using Microsoft.ML.Similarity.Embedding;
using Microsoft.ML.Similarity.Training;
using Spectre.Console;

namespace QuickStart;

/// <summary>What the sample prints. Plain text where the output goes to a file or a pipe.</summary>
internal static class ConsoleReport
{
    private const int NeighborsShown = 6;

    public static void Begin()
    {
        Console.OutputEncoding = Encoding.UTF8;
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;   // of the numbers in the tables
    }

    public static void Data(Digit[] train, Digit[] heldOut, Digit[] unseen)
    {
        Heading("Data");
        Line($"Digits 0–6: {train.Length} rows to train on, {heldOut.Length} held out. Digits 7–9: {unseen.Length} rows, none trained on.");
    }

    /// <summary>Runs a training and shows how it goes.</summary>
    public static EmbeddingTransformer Watch(Func<IProgress<TrainingProgress>, EmbeddingTransformer> train)
    {
        Heading("Training");
        var embedder = AnsiConsole.Profile.Capabilities.Interactive
            ? AnsiConsole.Progress()
                .Columns(new ProgressBarColumn { Width = 14 }, new TaskDescriptionColumn { Alignment = Justify.Left })
                .Start(context => train(new ProgressBar(context.AddTask("reading the data"))))
            : train(new ProgressLines());
        var summary = embedder.Summary;
        Line(
            $"{summary.Epochs.Count} epochs in {summary.Duration.TotalSeconds:F1} s on {summary.Device} ({summary.StopReason}); kept the weights of epoch {summary.BestEpoch}.");
        return embedder;
    }

    public static void Retrieval(IEnumerable<Comparison> comparisons)
    {
        Heading("Does a picture find the others of its digit?");
        var table = new Table().Border(TableBorder.Rounded).AddColumn("Rows, each sought among the others").AddColumn("By");
        foreach (var (name, _) in Comparison.Metrics)
            table.AddColumn(new TableColumn(name).RightAligned());
        foreach (var comparison in comparisons)
        {
            table.AddRow([comparison.Rows, "pixels", .. Comparison.Metrics.Select(m => Cell(m.Of(comparison.Pixels), m.Of(comparison.Embedding)))]);
            table.AddRow(["", "embedding", .. Comparison.Metrics.Select(m => Cell(m.Of(comparison.Embedding), m.Of(comparison.Pixels)))]);
        }
        AnsiConsole.Write(table);

        static string Cell(double value, double other) => value > other ? $"[bold green]{value:F3}[/]" : $"{value:F3}";
    }

    /// <summary>Draws one trained and every unseen digit with its neighbours.</summary>
    public static void Neighbors(Digit[] gallery, Neighborhood[] neighborhoods)
    {
        Heading("Nearest neighbours by the embedding (the first row of some digits)");
        foreach (var label in (string[])["3", "7", "8", "9"])
        {
            var query = Array.FindIndex(gallery, digit => digit.Label == label);
            var found = neighborhoods[query];
            var grid = new Grid().AddColumns(1 + NeighborsShown);
            grid.AddRow([new Text(DigitDrawing.InText(gallery[query])), .. found.NeighborRow.Take(NeighborsShown).Select(row => new Text(DigitDrawing.InText(gallery[row])))]);
            grid.AddRow([$"[bold]a {label}[/]", .. Enumerable.Range(0, NeighborsShown).Select(i => Caption(found, i))]);
            AnsiConsole.Write(grid);
        }

        static string Caption(Neighborhood found, int i)
        {
            var text = $"{found.NeighborLabel[i]} {found.NeighborDistance[i]:F2}";
            return found.IsRight(i) ? $"[green]{text}[/]" : $"[red]{text} ✗[/]";
        }
    }

    public static void Classification(IEnumerable<Classification> classifications)
    {
        Heading("Classification by 5 nearest neighbours, share of rows right");
        var table = new Table().Border(TableBorder.Rounded).AddColumn("Neighbours by");
        foreach (var name in (string[])["0–6", "7–9", "All ten"])
            table.AddColumn(new TableColumn(name).RightAligned());
        foreach (var row in classifications)
            table.AddRow(row.Name, $"{row.Known:F3}", $"{row.New:F3}", $"{row.All:F3}");
        AnsiConsole.Write(table);
    }

    public static void Reloaded(string path, bool same)
    {
        Heading("Model");
        Line($"Saved to {path} and loaded: embeddings and scores are {(same ? "the same to the last bit" : "DIFFERENT")}.");
    }

    public static void Written(string path)
    {
        AnsiConsole.Write("Report: ");
        // Not wrapped, so that terminals and scripts find it whole.
        Console.WriteLine(path);
    }

    private static void Heading(string text)
    {
        AnsiConsole.WriteLine();
        Line($"[bold blue]{text}[/]");
    }

    private static void Line(FormattableString text) => AnsiConsole.MarkupLineInterpolated(CultureInfo.InvariantCulture, text);
}
