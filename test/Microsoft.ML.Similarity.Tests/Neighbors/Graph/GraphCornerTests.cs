using Microsoft.ML.Similarity.Neighbors;
using Microsoft.ML.Similarity.Neighbors.Index;
using Microsoft.ML.Similarity.Tests.Neighbors.Index;

namespace Microsoft.ML.Similarity.Tests.Neighbors.Graph;

public sealed class GraphCornerTests
{
    [Test]
    public void More_neighbours_than_rows([Values] NeighborMetric metric, [Values(0, 1, 2, 9, 30, 300)] int count, [Values] GraphCodes codes)
    {
        using var pair = new Pair(VectorSet.Clustered(count, 8, seed: 1), new() { Codes = codes }, metric);
        Assert.That(pair.Recall(VectorSet.Clustered(5, 8, seed: 2), 310), Is.EqualTo(1));
    }

    [Test]
    public void Any_dimension([Values(1, 2, 15, 16, 17, 100, 385, 4096)] int dimension, [Values] GraphCodes codes)
    {
        using var pair = new Pair(VectorSet.Clustered(400, dimension, seed: 3), new() { Codes = codes, TargetRecall = 0.9 });
        Assert.That(pair.Recall(VectorSet.Clustered(30, dimension, seed: 4), 3), Is.GreaterThan(0.9));
    }

    [Test]
    public void Rows_all_equal([Values] NeighborMetric metric, [Values(0f, 3f)] float value, [Values] GraphCodes codes)
    {
        var rows = new VectorSet(new float[500 * 6], 6);
        rows.Values.AsSpan().Fill(value);
        using var pair = new Pair(rows, new() { Codes = codes }, metric);
        Assert.That(pair.Recall(VectorSet.Clustered(4, 6, seed: 5), 20), Is.EqualTo(1));
        Assert.That(pair.Approximate.Statistics.DistinctRows, Is.EqualTo(1));
    }

    [Test]
    public void Ties_go_to_the_smaller_id([Values] GraphCodes codes)
    {
        using var pair = new Pair(VectorSet.Grid(4000, 7, seed: 6), new() { Codes = codes });
        Assert.That(pair.Recall(VectorSet.Grid(50, 7, seed: 7), 30), Is.GreaterThan(0.98));
    }

    [Test]
    public void Any_magnitude([Values] NeighborMetric metric, [Values(1e-37f, 1e-20f, 1e20f, 1e36f)] float size)
    {
        using var pair = new Pair(VectorSet.Clustered(1500, 16, seed: 8, size), new() { TargetRecall = 0.9 }, metric);
        Assert.That(pair.Recall(VectorSet.Clustered(50, 16, seed: 9, size), 10), Is.GreaterThan(0.88));
    }

    [Test]
    public unsafe void Links_that_lead_nowhere_do_no_harm([Values] bool filtered)
    {
        // As in a file whose larger parts were not checked.
        var rows = VectorSet.Clustered(2000, 12, seed: 13);
        var ids = ExactnessTests.Ids(2000);
        using var index = NeighborIndex.Build(rows.Values, 12, ids, options: new() { Mode = SearchMode.Approximate(0.9) });
        var links = index.Numbered.Current.Segment.Graph!.Memory.Base;
        for (var i = 0; i < links.CountOf<int>(); i += 9)
            links.As<int>()[i] = int.MaxValue - i;
        var (found, distances) = (new long[10], new float[10]);
        var filter = filtered ? NeighborFilter.Ids(ids.Where(id => id % 2 == 0)) : null;
        for (var i = 0; i < 200; i++)
            Assert.That(index.Search(rows[i], found, distances, filter), Is.GreaterThan(0));
    }

    [Test]
    public void Rows_not_finite_are_refused()
    {
        var rows = VectorSet.Clustered(100, 4, seed: 10);
        rows.Values[41] = float.NaN;
        Assert.That(
            () => NeighborIndex.Build(rows.Values, 4, ExactnessTests.Ids(100), options: new() { Mode = SearchMode.Approximate() }),
            Throws.ArgumentException.With.Message.Contains("all values must be finite"));
    }

    [Test]
    public void A_filter_is_kept_and_leaves_no_allowed_row_out([Values] GraphCodes codes, [Values(1, 2, 10, 100, 1000)] int part)
    {
        var rows = VectorSet.Clustered(4000, 24, seed: 11);
        for (var i = 0; i < 500; i++)
            rows[3000].CopyTo(rows.Values.AsSpan(i * 24, 24));
        using var pair = new Pair(rows, new() { Codes = codes, TargetRecall = 0.95 });
        var allowed = pair.Ids.Where((_, row) => row % part == 0).ToArray();
        var filter = NeighborFilter.Ids(allowed);
        var queries = VectorSet.Clustered(500, 24, seed: 12);
        rows[3000].CopyTo(queries.Values);
        Assert.That(pair.Recall(queries, 10, filter), Is.GreaterThan(0.945));
        var (ids, _, counts) = Pair.Search(pair.Approximate, queries, 50, filter);
        Assert.That(counts, Is.All.EqualTo(Math.Min(50, allowed.Length)));
        Assert.That(ids.Where((_, i) => i % 50 < counts[0]).Except(allowed), Is.Empty);
    }

    [Test]
    public void Rows_come_and_go()
    {
        var rows = VectorSet.Clustered(3000, 16, seed: 13);
        using var pair = new Pair(rows, new() { TargetRecall = 0.95 });
        var more = VectorSet.Clustered(300, 16, seed: 14);
        var moreIds = Enumerable.Range(0, 300).Select(i => 1_000_000L + i).ToArray();
        foreach (var index in (NeighborIndex[])[pair.Approximate, pair.Exact])
        {
            index.Add(more.Values, moreIds);
            index.Remove(pair.Ids.AsSpan(0, 700));
            index.Remove(moreIds.AsSpan(0, 50));
        }
        var queries = VectorSet.Clustered(100, 16, seed: 15);
        Assert.That(pair.Recall(queries, 10), Is.GreaterThan(0.945));
        pair.Approximate.Rebuild();
        Assert.That(pair.Approximate.Statistics.Search, Is.Not.Null);
        Assert.That(pair.Recall(queries, 10), Is.GreaterThan(0.945));
    }
}
