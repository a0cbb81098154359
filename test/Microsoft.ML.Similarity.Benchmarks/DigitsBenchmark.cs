namespace Microsoft.ML.Similarity.Benchmarks;

/// <summary>Digits 0 to 4 to train on, 5 to 9 unseen; raw pixels beside them.</summary>
internal sealed class DigitsBenchmark : IBenchmark
{
    public string Name => "digits";

    public string Usage => "";

    public int? ArgumentCount => 0;

    public IReadOnlyDictionary<string, bool> Options { get; } = new Dictionary<string, bool>();

    public void Run(CommandLine command, Report report)
    {
        var ml = command.CreateContext();
        var path = command.FindFile(Path.Combine("optdigits", "optdigits.csv.gz"));
        OpenSet.Run(ml, NumericTable.Load(ml, path, label: "64", hasHeader: false), rows: null, command, report);
    }
}
