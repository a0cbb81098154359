using Microsoft.ML.Similarity.Benchmarks.Knn;

namespace Microsoft.ML.Similarity.Benchmarks;

/// <summary>Nearest neighbours beside native programs: exact search, search along graphs at equal recall, building, recall and memory.</summary>
/// <remarks>
/// All are timed by turns, in rounds; a ratio is the median of those of the rounds, and more than 1 where this library is faster. The sets are the files that
/// peers read, in the folder of <c>--sets</c>, and two of the data folder. Without names those of them that are there are measured, each by the parts that
/// something is asked of.
/// </remarks>
internal sealed class KnnBenchmark : IBenchmark
{
    private const int DefaultRounds = 11;

    private static readonly (string Set, KnnPart[] Parts)[] Defaults =
    [
        ("c128", [KnnPart.Exact, KnnPart.Build, KnnPart.Graph, KnnPart.Recall]),
        ("m384", [KnnPart.Exact, KnnPart.Graph, KnnPart.Recall]),
        ("c64", [KnnPart.Exact, KnnPart.Graph, KnnPart.Recall]),
        ("u128", [KnnPart.Exact]),
        ("dup64", [KnnPart.Exact, KnnPart.Recall]),
        ("out128", [KnnPart.Exact, KnnPart.Recall]),
        (KnnSets.Mnist, [KnnPart.Exact, KnnPart.Graph, KnnPart.Recall]),
        (KnnSets.Glove, [KnnPart.Exact, KnnPart.Graph, KnnPart.Recall]),
    ];

    public string Name => "knn";

    public string Usage => "[SET…] [--sets FOLDER] [--part exact|build|graph|recall…] [--peer faiss|hnswlib=EXECUTABLE…] [--rounds N] [--builds N] [--million [--rows N]]";

    public int? ArgumentCount => null;

    public IReadOnlyDictionary<string, bool> Options { get; } = new Dictionary<string, bool>
    {
        ["--sets"] = true,
        ["--part"] = true,
        ["--peer"] = true,
        ["--rounds"] = true,
        ["--builds"] = true,
        ["--million"] = false,
        ["--rows"] = true,
    };

    public IReadOnlyList<string> RepeatedOptions => ["--part", "--peer"];

    public void Run(CommandLine command, Report report)
    {
        if (command.Has("--million"))
        {
            MillionRows.Measure(command, report);
            return;
        }
        var rounds = command.Number("--rounds", least: 1) ?? DefaultRounds;
        var builds = command.Number("--builds", least: 1) ?? 1;
        var parts = command.Choices<KnnPart>("--part");
        var peers = new KnnPeers(command, report);
        var table = new ReachTable(report, "set", 48);
        using var sets = new KnnSets(command);
        try
        {
            foreach (var (set, ownParts) in Choose(command, sets, report))
                Measure(set, parts is [] ? ownParts : parts, new GraphMeasures(set, peers, table, report, rounds));
        }
        finally
        {
            table.Write();
        }

        void Measure(KnnSet set, IReadOnlyList<KnnPart> parts, GraphMeasures graph)
        {
            report.Progress($"{set.Name}: {set.Count} x {set.Dimension}");
            if (parts.Contains(KnnPart.Exact))
                ExactMeasures.Run(set, peers, table, rounds);
            if (parts.Contains(KnnPart.Build) || parts.Contains(KnnPart.Graph))
                graph.Run(parts.Contains(KnnPart.Build) ? [1, 2] : [2], builds, parts.Contains(KnnPart.Graph));
            if (parts.Contains(KnnPart.Recall))
                graph.Calibrated(parts.Contains(KnnPart.Graph) ? [0.9, 0.95] : [0.9, 0.95, 0.99]);
        }
    }

    private static IEnumerable<(KnnSet Set, KnnPart[] Parts)> Choose(CommandLine command, KnnSets sets, Report report)
    {
        if (command.Arguments.Count > 0)
        {
            foreach (var name in command.Arguments)
                yield return (sets.Load(name), Array.Find(Defaults, each => each.Set == name).Parts ?? Enum.GetValues<KnnPart>());
            yield break;
        }
        foreach (var (name, parts) in Defaults)
        {
            KnnSet? set = null;
            try
            {
                set = sets.Load(name);
            }
            catch (UsageException e)
            {
                report.Progress($"{name}: skipped. {e.Message}");
            }
            if (set != null)
                yield return (set, parts);
        }
    }
}
