using Microsoft.ML.Similarity.Neighbors;
using Microsoft.ML.Similarity.Neighbors.Index;
using Microsoft.ML.Similarity.Tests.Neighbors.Index;

namespace Microsoft.ML.Similarity.Tests.Neighbors.Graph;

public sealed class GraphBuildTests
{
    private static readonly VectorSet Rows = VectorSet.Clustered(3000, 40, seed: 1);

    [Test]
    public void Graph_depends_on_rows_and_seed_only([Values] GraphCodes codes)
    {
        var one = Saved(threads: 1, seed: 0, codes);
        Assert.That(Saved(threads: 4, seed: 0, codes), Is.EqualTo(one));
        Assert.That(Saved(threads: 1, seed: 1, codes), Is.Not.EqualTo(one));
    }

    [Test]
    public void Saved_index_is_the_same_when_opened([Values] NeighborMetric metric, [Values] GraphCodes codes)
    {
        using var file = new TemporaryFile();
        using var pair = new Pair(Rows, new() { Codes = codes, TargetRecall = 0.95 }, metric);
        pair.Approximate.Save(file.Path);
        using var opened = NeighborIndex.Open(file.Path, verify: true);
        var queries = VectorSet.Clustered(40, 40, seed: 2);
        var (ids, distances, _) = Pair.Search(pair.Approximate, queries, 10);
        var (openedIds, openedDistances, _) = Pair.Search(opened, queries, 10);
        Assert.That(openedIds, Is.EqualTo(ids));
        Assert.That(openedDistances, Is.EqualTo(distances));
        Assert.That(opened.Statistics with { BuildTime = default }, Is.EqualTo(pair.Approximate.Statistics with { BuildTime = default }));

        opened.Remove(pair.Ids.AsSpan(0, 10));
        opened.Rebuild();
        Assert.That(opened.Metric, Is.EqualTo(metric));
        Assert.That(opened.Statistics.Search?.TargetRecall, Is.EqualTo(0.95), "the mode is saved too");
    }

    [Test]
    public void Links_and_codes_are_small()
    {
        var rows = VectorSet.Clustered(4000, 128, seed: 3);
        using var pair = new Pair(rows, new() { Codes = GraphCodes.Bytes });
        var statistics = pair.Approximate.Statistics;
        Assert.That((statistics.GraphBytes + statistics.CodeBytes) / 4000.0, Is.LessThan(280));
        using var principal = new Pair(rows, new());
        Assert.That(principal.Approximate.Statistics.CodeBytes, Is.LessThan(statistics.CodeBytes));
        using var floats = new Pair(rows, new() { Codes = GraphCodes.Vectors });
        Assert.That(floats.Approximate.Statistics.CodeBytes, Is.Zero);
        Assert.That(floats.Exact.Statistics.GraphBytes, Is.Zero);
    }

    [Test]
    public void Searches_allocate_nothing([Values] GraphCodes codes)
    {
        using var pair = new Pair(Rows, new() { Codes = codes });
        var queries = VectorSet.Clustered(40, 40, seed: 4);
        var filter = NeighborFilter.Ids(pair.Ids.Where(id => id % 2 == 0).ToArray());
        var (ids, distances) = (new long[10], new float[10]);
        Search();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Search();
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);

        void Search()
        {
            for (var i = 0; i < 40; i++)
                pair.Approximate.Search(queries[i], ids, distances, i % 2 == 0 ? filter : null);
        }
    }

    [Test]
    public void Progress_is_reported()
    {
        var reports = new List<NeighborIndexProgress>();
        using var index = Build(new() { Progress = new Reports(reports.Add) });
        var graph = reports.Where(report => report.Stage == NeighborIndexStage.Graph).ToArray();
        Assert.That(graph.Select(report => report.Share), Is.Ordered);
        Assert.That((graph[0].Share, graph[^1].Share, graph[^1].IsFinished), Is.EqualTo((0, 1, true)));
        Assert.That(graph, Has.Length.GreaterThan(20));
    }

    [Test]
    public void Build_can_be_cancelled([Values(0.1, 0.95)] double share)
    {
        using var source = new CancellationTokenSource();
        var reports = new Reports(report =>
        {
            if (report.Stage == NeighborIndexStage.Graph && report.Share > share)
                source.Cancel();
        });
        Assert.That(() => Build(new() { Progress = reports, CancellationToken = source.Token }), Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public void Automatic_mode_is_exact_for_few_rows()
    {
        using var index = NeighborIndex.Build(Rows.Values, Rows.Dimension, ExactnessTests.Ids(Rows.Count));
        Assert.That((index.Statistics.Search, index.Statistics.GraphBytes), Is.EqualTo(((CalibratedSearch?)null, 0L)));
    }

    private static NeighborIndex Build(NeighborIndex.Options options)
    {
        options.Mode = SearchMode.Approximate();
        return NeighborIndex.Build(Rows.Values, Rows.Dimension, ExactnessTests.Ids(Rows.Count), options: options);
    }

    private static byte[] Saved(int threads, int seed, GraphCodes codes)
    {
        using var file = new TemporaryFile();
        using var index = NeighborIndex.Build(
            Rows.Values, Rows.Dimension, ExactnessTests.Ids(Rows.Count),
            options: new() { NumberOfThreads = threads, Seed = seed, Mode = SearchMode.Approximate(codes: codes) });
        index.Save(file.Path);
        return File.ReadAllBytes(file.Path);
    }

    private sealed class Reports(Action<NeighborIndexProgress> action) : IProgress<NeighborIndexProgress>
    {
        public void Report(NeighborIndexProgress value) => action(value);
    }
}
