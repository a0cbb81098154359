namespace Microsoft.ML.Similarity.Benchmarks;

/// <summary>Trains on the first half of the classes of a numeric table, by ordinal name.</summary>
internal sealed class OpenSetTableBenchmark : IBenchmark
{
    public string Name => "openset-table";

    public string Usage => "FILE.csv[.gz] --label COLUMN-OR-INDEX [--no-header] [--rows N]";

    public int? ArgumentCount => 1;

    public IReadOnlyDictionary<string, bool> Options { get; } = new Dictionary<string, bool> { ["--label"] = true, ["--no-header"] = false, ["--rows"] = true };

    public void Run(CommandLine command, Report report)
    {
        var label = command.Text("--label") ?? throw new UsageException($"'{Name}' needs the option --label: the name or the index, from 0, of the label column.");
        var rows = command.Number("--rows", least: 2);
        var ml = command.CreateContext();
        OpenSet.Run(ml, NumericTable.Load(ml, command.FindFile(command.Arguments[0]), label, !command.Has("--no-header")), rows, command, report);
    }
}
