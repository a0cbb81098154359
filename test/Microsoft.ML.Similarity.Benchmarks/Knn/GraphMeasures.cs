using System.Diagnostics;
using System.Text.Json.Nodes;
using Microsoft.ML.Similarity.Neighbors.Index;

namespace Microsoft.ML.Similarity.Benchmarks.Knn;

/// <summary>Search along graphs beside hnswlib, of the same degree and width of the build: building, queries at equal recall, bytes, allocations.</summary>
internal sealed class GraphMeasures(KnnSet set, KnnPeers peers, ReachTable table, Report report, int rounds)
{
    private const int Degree = 16;
    private const int BuildWidth = 200;
    private const int LargestWidth = 1 << 13;
    private const double BuildTarget = 0.99;

    private static readonly double[] Recalls = [0.95, 0.98, 0.99];

    /// <param name="buildThreads">The numbers of threads with which building is timed.</param>
    /// <param name="builds">How often each.</param>
    /// <param name="searches">Whether searches are timed too.</param>
    public void Run(int[] buildThreads, int builds, bool searches)
    {
        using var peer = peers.Start(KnnPeers.Hnswlib, set);
        var indexes = new Dictionary<GraphCodes, NeighborIndex>();
        try
        {
            Build(peer, buildThreads, builds, indexes);
            foreach (var (codes, index) in indexes)
                Describe(codes, index);
            if (!searches)
                return;
            foreach (var recall in Recalls)
                Search(peer, recall, indexes);
        }
        finally
        {
            foreach (var index in indexes.Values)
                index.Dispose();
        }
    }

    /// <summary>The recall of calibrated searches for some targets, of the default codes.</summary>
    /// <param name="targets">What is asked for when the index is built.</param>
    public void Calibrated(params IEnumerable<double> targets)
    {
        foreach (var target in targets)
        {
            report.Progress($"{set.Name}: building for a recall of {target}");
            var mode = new ApproximateMode { TargetRecall = target };
            using var index = Build(mode, threads: 2);
            Calibrated(mode.Codes, index);
        }
    }

    private NeighborIndex Build(SearchMode mode, int threads) => NeighborIndex.Build(
        set.Rows, set.Dimension, [.. Enumerable.Range(0, set.Count).Select(i => (long)i)], options: new() { Mode = mode, NumberOfThreads = threads });

    private void Build(PeerProcess? peer, int[] threads, int builds, Dictionary<GraphCodes, NeighborIndex> indexes)
    {
        var own = (from codes in Enum.GetValues<GraphCodes>() from count in threads select (codes, count)).ToDictionary(each => each, each => new Arm(() => Own(each.codes, each.count)));
        var theirs = peer == null ? [] : threads.ToDictionary(count => count, count => new Arm(() => Theirs(count)));
        Arm.Run([.. own.Values, .. theirs.Values], warmUps: 0, builds);
        foreach (var ((codes, count), arm) in own)
        {
            var other = theirs.GetValueOrDefault(count);
            Compare(KnnMetric.Build($"{codes}", count), set.Count, arm, other, new() { ["threads"] = count, ["builds"] = builds });
        }
        if (threads is [1, 2])
        {
            foreach (var codes in Enum.GetValues<GraphCodes>())
                Add(KnnMetric.BuildThreads($"{codes}"), own[(codes, 2)].TimesAsFastAs(own[(codes, 1)]));
        }

        double Own(GraphCodes codes, int count)
        {
            report.Progress($"{set.Name}: building {codes} with {count} thread(s)");
            if (indexes.Remove(codes, out var old))
                old.Dispose();
            var clock = Stopwatch.StartNew();
            indexes[codes] = Build(new ApproximateMode { Codes = codes, Degree = Degree, BuildWidth = BuildWidth, TargetRecall = BuildTarget }, count);
            return clock.Elapsed.TotalSeconds;
        }

        double Theirs(int count)
        {
            report.Progress($"{set.Name}: building {KnnPeers.Hnswlib} with {count} thread(s)");
            return peer!.Measure($"hbuild {Degree} {BuildWidth} {count}").Seconds;
        }
    }

    private void Describe(GraphCodes codes, NeighborIndex index)
    {
        Calibrated(codes, index);
        var statistics = index.Statistics;
        var settings = new JsonObject
        {
            ["codeBytes"] = Per(statistics.CodeBytes),
            ["graphBytes"] = Per(statistics.GraphBytes),
            ["vectorBytes"] = Per(statistics.VectorBytes),
            ["idBytes"] = Per(statistics.IdBytes),
            ["duplicateBytes"] = Per(statistics.DuplicateBytes),
        };
        // Without the vectors, ids and payload.
        Add(KnnMetric.BytesPerRow($"{codes}"), Per(statistics.CodeBytes + statistics.GraphBytes), settings: settings);
        Add(KnnMetric.GraphAllocated($"{codes}"), new SetSearch(index, set).Allocated(set.QueryCount), Limit.AtMost(0));

        double Per(long bytes) => Math.Round((double)bytes / set.Count, 2);
    }

    private void Calibrated(GraphCodes codes, NeighborIndex index)
    {
        const double tolerance = 0.005;
        var search = new SetSearch(index, set);
        search.Batch(2);
        var calibrated = index.Statistics.Search!;
        Add(KnnMetric.Recall($"{codes}", calibrated.TargetRecall), search.Recall, Limit.AtLeast(calibrated.TargetRecall - tolerance), new JsonObject
        {
            ["width"] = calibrated.Width,
            ["verifiedRows"] = calibrated.VerifiedRows,
            ["recallWhenBuilt"] = calibrated.MeasuredRecall,
        });
    }

    private void Search(PeerProcess? peer, double recall, Dictionary<GraphCodes, NeighborIndex> indexes)
    {
        report.Progress($"{set.Name}: searching at a recall of {recall}");
        var own = new List<(GraphCodes Codes, Arm One, Arm Two, JsonObject Settings)>();
        foreach (var (codes, index) in indexes)
        {
            var search = new SetSearch(index, set);
            if (search.EffortFor(recall, threads: 2) is not { } effort)
            {
                report.Progress($"{set.Name}: {codes} does not reach a recall of {recall}");
                continue;
            }
            var settings = new JsonObject { ["recall"] = effort.Recall, ["width"] = effort.Width, ["verifiedRows"] = effort.Verified };
            own.Add((codes, new Arm(() => Own(1)), new Arm(() => Own(2)), settings));

            double Own(int threads)
            {
                search.Set(effort);
                return search.Batch(threads);
            }
        }
        var width = peer == null ? null : SetSearch.LeastWhere(KnnSet.Neighbors, LargestWidth, ef => Theirs(ef, 2).Recall >= recall);
        var (one, two) = width is { } ef ? (new Arm(() => Theirs(ef, 1).Seconds), new Arm(() => Theirs(ef, 2).Seconds)) : (null, (Arm?)null);
        Arm.Run([.. own.SelectMany(each => (Arm[])[each.One, each.Two]), .. one == null ? (Arm[])[] : [one, two!]], warmUps: 1, rounds);
        foreach (var (codes, ownOne, ownTwo, settings) in own)
        {
            if (width is { } known)
                (settings["peerRecall"], settings["peerWidth"]) = (Theirs(known, 2).Recall, known);
            Compare(KnnMetric.Graph($"{codes}", recall, 1), set.QueryCount, ownOne, one, settings);
            Compare(KnnMetric.Graph($"{codes}", recall, 2), set.QueryCount, ownTwo, two, settings);
            if (recall == Recalls[^1])
                Add(KnnMetric.GraphThreads($"{codes}"), ownTwo.TimesAsFastAs(ownOne));
        }

        (double Seconds, double Recall) Theirs(int ef, int threads) => peer!.Measure($"hsearch {ef} {threads} {KnnSet.Neighbors}");
    }

    private void Compare(string metric, int count, Arm own, Arm? other, JsonObject settings) => table.Add(
        set.Name, metric, count / own.Median, own.Median, other == null ? null : KnnReach.Of(set, metric), Settings(settings),
        other == null ? null : KnnPeers.Hnswlib, other == null ? null : count / other.Median, other == null ? null : own.TimesAsFastAs(other));

    private void Add(string metric, double value, Limit? reach = null, JsonObject? settings = null) =>
        table.Add(set.Name, metric, value, null, reach ?? KnnReach.Of(set, metric), Settings(settings ?? []));

    private JsonObject Settings(JsonObject settings)
    {
        var all = set.Describe(rounds);
        foreach (var (key, value) in settings)
            all.Add(key, value?.DeepClone());
        return all;
    }
}
