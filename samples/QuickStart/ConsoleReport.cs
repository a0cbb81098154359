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
        Line($"0–6: {train.Length} rows to train on, {heldOut.Length} held out. 7–9: {unseen.Length} rows, never trained on.");
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
        var table = new Table().Border(TableBorder.Rounded).AddColumn("Rows").AddColumn("By");
        foreach (var (name, _) in Comparison.Metrics)
            table.AddColumn(new TableColumn(name).RightAligned());
        foreach (var comparison in comparisons)
        {
            for (var line = 0; line < comparison.Lines.Count; line++)
            {
                table.AddRow([
                    line == 0 ? comparison.Rows : "",
                    comparison.Lines[line].By,
                    .. comparison.Cells(line).Select(cell => cell.IsBest ? $"[bold green]{cell.Value:F3}[/]" : $"{cell.Value:F3}")]);
            }
        }
        AnsiConsole.Write(table);
    }

    /// <summary>Draws the first row of a trained and of each unseen digit, with its neighbours.</summary>
    public static void Neighbors(Digit[] gallery, Neighborhood[] neighborhoods)
    {
        Heading("Nearest neighbours by the embedding, full training");
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
        Heading("Classification by the nearest row: share of rows right");
        var table = new Table().Border(TableBorder.Rounded).AddColumn("By");
        foreach (var name in (string[])["0–6", "7–9", "All ten"])
            table.AddColumn(new TableColumn(name).RightAligned());
        foreach (var row in classifications)
            table.AddRow(row.Name, $"{row.Known:F3}", $"{row.New:F3}", $"{row.All:F3}");
        AnsiConsole.Write(table);
    }

    public static void Reloaded(string path, bool same)
    {
        Heading("Model");
        Line($"Saved to {path}, loaded again: embeddings and scores {(same ? "equal to the last bit" : "DIFFER")}.");
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
