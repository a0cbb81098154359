using Microsoft.ML.Similarity.Neighbors;
using Microsoft.ML.Similarity.Neighbors.Index;
using Microsoft.ML.Similarity.Tests.Neighbors.Index;

namespace Microsoft.ML.Similarity.Tests.Neighbors.Graph;

public sealed class RecallTests
{
    private const int Queries = 1000;

    [Test]
    public void Searches_for_other_rows_find_what_was_asked_for([Values] GraphCodes codes, [Values(0.9, 0.95, 0.99)] double target)
    {
        using var pair = new Pair(VectorSet.Clustered(5000, 48, seed: 1), new() { TargetRecall = target, Codes = codes });
        Check(pair, VectorSet.Clustered(Queries, 48, seed: 2), target);
    }

    [Test]
    public void Of_uniform_rows([Values(0.9, 0.95, 0.99)] double target)
    {
        using var pair = new Pair(VectorSet.Uniform(5000, 12, seed: 3), new() { TargetRecall = target });
        Check(pair, VectorSet.Uniform(Queries, 12, seed: 4), target);
    }

    [Test]
    public void With_many_duplicates([Values(0.9, 0.95, 0.99)] double target)
    {
        var rows = VectorSet.Clustered(6000, 32, seed: 5);
        for (var i = 0; i < 3000; i++)
            rows[i < 1000 ? 4500 : i % 100].CopyTo(rows.Values.AsSpan(i * 32, 32));
        using var pair = new Pair(rows, new() { TargetRecall = target });
        Assert.That(pair.Approximate.Statistics.DistinctRows, Is.LessThan(3200));
        var queries = VectorSet.Clustered(Queries, 32, seed: 6);
        rows.Values.AsSpan(4450 * 32, 100 * 32).CopyTo(queries.Values);
        Check(pair, queries, target);
        Assert.That(pair.Recall(queries, 1500), Is.GreaterThan(target - 0.005), "a chain as long as the result");
    }

    [Test]
    public void Of_every_metric([Values] NeighborMetric metric, [Values] GraphCodes codes)
    {
        var rows = VectorSet.Clustered(5000, 24, seed: 7);
        rows.Values.AsSpan(100 * 24, 3 * 24).Clear();
        var queries = VectorSet.Clustered(Queries, 24, seed: 8);
        queries.Values.AsSpan(0, 24).Clear();
        using var pair = new Pair(rows, new() { TargetRecall = 0.95, Codes = codes }, metric);
        Check(pair, queries, 0.95);
    }

    [Test]
    public void A_query_finds_alone_what_it_finds_among_others([Values] GraphCodes codes, [Values(1, 10, 600)] int k)
    {
        using var pair = new Pair(VectorSet.Clustered(5000, 24, seed: 11), new() { TargetRecall = 0.9, Codes = codes });
        var queries = VectorSet.Clustered(33, 24, seed: 12);
        var (ids, distances, _) = Pair.Search(pair.Approximate, queries, k);
        var (ownIds, ownDistances) = (new long[k], new float[k]);
        for (var i = 0; i < queries.Count; i++)
        {
            Assert.That(pair.Approximate.Search(queries[i], ownIds, ownDistances), Is.EqualTo(k));
            Assert.That(ownIds, Is.EqualTo(ids[(i * k)..((i + 1) * k)]));
            Assert.That(ownDistances, Is.EqualTo(distances[(i * k)..((i + 1) * k)]));
        }
    }

    [Test]
    public void With_outliers([Values] NeighborMetric metric)
    {
        var rows = VectorSet.Clustered(5000, 32, seed: 9);
        for (var i = 0; i < 4; i++)
        {
            for (var j = 0; j < 32; j++)
                rows.Values[(i * 1000 * 32) + j] *= 50 * (i + 1);
        }
        using var pair = new Pair(rows, new() { TargetRecall = 0.95, Codes = GraphCodes.Bytes }, metric);
        var queries = VectorSet.Clustered(Queries, 32, seed: 10);
        rows[1000].CopyTo(queries.Values);
        Check(pair, queries, 0.95);
        var (ids, _, _) = Pair.Search(pair.Approximate, new(rows[2000].ToArray(), 32), 1);
        if (metric != NeighborMetric.InnerProduct)
            Assert.That(ids[0], Is.EqualTo(pair.Ids[2000]));
    }

    [Test]
    public void Of_rows_in_the_order_of_their_clusters()
    {
        var mixed = VectorSet.Clustered(6000, 24, seed: 11);
        var rows = new VectorSet([.. Enumerable.Range(0, 6000).OrderBy(row => row * 7 % 20).SelectMany(row => mixed[row].ToArray())], 24);
        using var index = NeighborIndex.Build(
            rows.Values, 24, Enumerable.Range(0, 6000).Select(i => (long)i).ToArray(), options: new() { Mode = SearchMode.Approximate(0.95) });
        using var exact = NeighborIndex.Build(
            rows.Values, 24, Enumerable.Range(0, 6000).Select(i => (long)i).ToArray(), options: new() { Mode = SearchMode.Exact });
        var queries = VectorSet.Clustered(Queries, 24, seed: 12);
        var (found, _, _) = Pair.Search(index, queries, 10);
        var (truth, _, _) = Pair.Search(exact, queries, 10);
        var hits = Enumerable.Range(0, Queries).Sum(i => found[(i * 10)..((i * 10) + 10)].Intersect(truth[(i * 10)..((i * 10) + 10)]).Count());
        Assert.That(hits / (10.0 * Queries), Is.GreaterThan(0.945));
    }

    [Test]
    public void Of_rows_nearer_to_one_another_than_codes_can_tell()
    {
        var rows = VectorSet.Clustered(5000, 16, seed: 13, size: 1e-3f);
        var queries = VectorSet.Clustered(Queries, 16, seed: 14, size: 1e-3f);
        foreach (var set in (VectorSet[])[rows, queries])
        {
            for (var row = 0; row < set.Count; row++)
                set.Values[(row * 16) + (row % 10)] += 1;
        }
        using var pair = new Pair(rows, new() { TargetRecall = 0.95, Codes = GraphCodes.Vectors });
        Check(pair, queries, 0.95);
        Assert.That(pair.Approximate.Statistics.Search!.Width, Is.LessThan(100), "links chosen by codes would lead nowhere");
    }

    private static void Check(Pair pair, VectorSet queries, double target)
    {
        var search = pair.Approximate.Statistics.Search!;
        Assert.That((search.NumberOfNeighbors, search.TargetRecall), Is.EqualTo((10, target)));
        Assert.That(search.MeasuredRecall, Is.GreaterThanOrEqualTo(target));
        Assert.That(search.Width, Is.LessThan(1000), "along the graph");
        Assert.Multiple(() =>
        {
            foreach (var k in (int[])[5, 10, 40])
                Assert.That(pair.Recall(queries, k), Is.GreaterThan(target - 0.005), $"{k} neighbours");
            var chance = Math.Sqrt(target * (1 - target) / queries.Count);
            Assert.That(pair.Recall(queries, 1), Is.GreaterThan(target - 0.005 - chance), "the nearest");
        });
    }
}
