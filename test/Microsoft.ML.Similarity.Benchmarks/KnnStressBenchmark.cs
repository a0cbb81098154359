using System.Diagnostics;
using System.Text.Json.Nodes;
using Microsoft.ML.Similarity.Benchmarks.Knn;
using Microsoft.ML.Similarity.Neighbors.Index;

namespace Microsoft.ML.Similarity.Benchmarks;

/// <summary>Two threads add and remove rows of an index, two search it and one saves it; all is checked against a model. The exit code is 1 if anything was wrong.</summary>
internal sealed class KnnStressBenchmark : IBenchmark
{
    private const int DefaultSeconds = 60;
    private const int Changers = 2;
    private const int Searchers = 2;

    public string Name => "knn-stress";

    public string Usage => "[--seconds N: of each kind of search]";

    public int? ArgumentCount => 0;

    public IReadOnlyDictionary<string, bool> Options { get; } = new Dictionary<string, bool> { ["--seconds"] = true };

    public void Run(CommandLine command, Report report)
    {
        var time = TimeSpan.FromSeconds(command.Number("--seconds", least: 1) ?? DefaultSeconds);
        var wrong = new List<string>();
        foreach (var mode in (SearchMode[])[SearchMode.Exact, SearchMode.Approximate()])
        {
            var name = mode is ExactMode ? "exact" : "approximate";
            report.Progress(name);
            using var run = new StressRun(mode, command.Seed);
            var clock = Stopwatch.StartNew();
            run.Run(time, Changers, Searchers);
            report.Result("wrong", run.Wrong.Count, clock.Elapsed.TotalSeconds, new JsonObject
            {
                ["search"] = name,
                ["searches"] = run.Searches,
                ["added"] = run.Added,
                ["removed"] = run.Removed,
                ["files"] = run.Files,
                ["changers"] = Changers,
                ["searchers"] = Searchers,
                ["seed"] = command.Seed,
            });
            wrong.AddRange(run.Wrong);
        }
        if (wrong.Count > 0)
            throw new InvalidOperationException(string.Join(Environment.NewLine, wrong));
    }
}
