using System.Diagnostics;
using System.Text.Json.Nodes;
using Microsoft.ML.Similarity.Neighbors.Index;

namespace Microsoft.ML.Similarity.Benchmarks.Knn;

/// <summary>A million generated rows: the most memory that building and searching take, as a multiple of the rows as floats; time and recall.</summary>
internal static class MillionRows
{
    private const int Million = 1_000_000;
    private const int Dimension = 128;
    private const int Queries = 200;
    private const int Threads = 2;

    // Of what building and searching take, beside what the process had before: the caller's own rows, and the runtime.
    private static readonly Limit Memory = Limit.AtMost(2.5);

    public static void Measure(CommandLine command, Report report)
    {
        var count = command.Number("--rows", least: 2 * KnnSet.Neighbors) ?? Million;
        var table = new ReachTable(report, "rows", 42);
        var floats = (double)count * Dimension * sizeof(float);
        report.Progress($"generating {count} x {Dimension}");
        var rows = GeneratedRows.Create(0, count, Dimension, command.Seed);
        var queries = GeneratedRows.Create(count, Queries, Dimension, command.Seed);
        var set = new KnnSet("generated", "", rows, queries, Dimension, BruteForce.Search(rows, queries, Dimension, KnnSet.Neighbors));
        long[] ids = [.. Enumerable.Range(0, count).Select(i => (long)i)];
        var path = Path.Combine(Path.GetTempPath(), $"knn-{Guid.NewGuid():N}");
        try
        {
            foreach (var mode in (SearchMode[])[SearchMode.Exact, SearchMode.Approximate()])
                Measure(mode);
        }
        finally
        {
            File.Delete(path);
        }
        table.Write();

        void Measure(SearchMode mode)
        {
            var name = mode is ExactMode ? "exact" : "approximate";
            report.Progress($"{name}: building");
            GC.Collect();
            PeakMemory.Read(command);
            var before = PeakMemory.Read(command);
            var clock = Stopwatch.StartNew();
            using (var index = NeighborIndex.Build(rows, Dimension, ids, options: new() { Mode = mode, NumberOfThreads = Threads }))
            {
                Add("build, seconds", clock.Elapsed.TotalSeconds, null, new() { ["width"] = index.Statistics.Search?.Width });
                AddMemory("build");
                Search(index, "");
                AddMemory("search");
                index.Save(path);
            }
            clock.Restart();
            using var opened = NeighborIndex.Open(path, options: new() { NumberOfThreads = Threads });
            Add("open a file, ms", clock.Elapsed.TotalMilliseconds, null, new() { ["fileBytes"] = new FileInfo(path).Length });
            Search(opened, " of the file");

            void Search(NeighborIndex index, string where)
            {
                var search = new SetSearch(index, set);
                search.Batch(Threads);
                Add($"search{where}, queries/s", Queries / search.Batch(Threads), null, []);
                Add($"search{where}, recall", search.Recall, Limit.AtLeast(mode is ApproximateMode approximate ? approximate.TargetRecall - 0.005 : 1), []);
            }

            void AddMemory(string what)
            {
                var peak = PeakMemory.Read(command);
                Add($"{what}, peak memory to floats", (peak - before) * 1048576 / floats, Memory, []);
                Add($"{what}, the whole process to floats", peak * 1048576 / floats, null, []);
            }

            void Add(string metric, double value, Limit? reach, JsonObject settings)
            {
                (settings["rows"], settings["dimension"], settings["k"], settings["threads"]) = (count, Dimension, KnnSet.Neighbors, Threads);
                table.Add($"{count}", $"{name}, {metric}", value, null, reach, settings);
            }
        }
    }
}
