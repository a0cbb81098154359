using Microsoft.ML.Similarity.Neighbors;

namespace Microsoft.ML.Similarity.Tests.Neighbors;

public sealed class ExactSearchTests
{
    /// <summary>Against distances in float64 of every pair; rows repeat and lie on a grid, so ties abound.</summary>
    [Test]
    public void The_neighbours_are_those_of_a_brute_force_search(
        [Values] NeighborMetric metric, [Values(1, 5, 1000)] int k, [Values(1, 7, 33)] int dimension)
    {
        var random = new Random(dimension);
        const int rows = 300;
        var points = new float[rows][];
        for (var i = 0; i < rows; i++)
            points[i] = i % 3 == 2 ? points[random.Next(i)] : [.. Enumerable.Range(0, dimension).Select(_ => (float)random.Next(-2, 3))];
        var set = SetOf(metric, points, segmentRows: 125);
        var queries = points.Take(30).Concat(Enumerable.Range(0, 30).Select(_ => Enumerable.Range(0, dimension).Select(_ => random.NextSingle()).ToArray())).ToArray();
        var results = Search(set, queries, k);
        for (var q = 0; q < queries.Length; q++)
        {
            var expected = points.Select(p => Distance(metric, queries[q], p)).Order().Take(k).ToArray();
            var found = results.Rows(q).ToArray();
            var distances = results.Distances(q).ToArray();
            Assert.That(found, Has.Length.EqualTo(Math.Min(k, rows)));
            Assert.That(found.Distinct().Count(), Is.EqualTo(found.Length));
            Assert.That(distances, Is.Ordered);
            Assert.That(Furthest(distances, expected), Is.LessThan(1e-4), "the distances reported");
            Assert.That(Furthest(found.Select(r => (float)Distance(metric, queries[q], points[r])), expected), Is.LessThan(1e-4), "the rows found");
        }
    }

    /// <summary>On integers every distance is exact in float, so the rows themselves must be those of the reference, ties included.</summary>
    [Test]
    public void Ties_are_broken_by_row_number([Values(NeighborMetric.Euclidean, NeighborMetric.InnerProduct)] NeighborMetric metric, [Values(1, 4, 13)] int dimension)
    {
        var random = new Random(3);
        var points = Enumerable.Range(0, 501).Select(_ => Enumerable.Range(0, dimension).Select(_ => (float)random.Next(-1, 2)).ToArray()).ToArray();
        var results = Search(SetOf(metric, points, segmentRows: 97), points, 20);
        for (var q = 0; q < points.Length; q++)
        {
            var expected = Enumerable.Range(0, points.Length).OrderBy(r => Distance(metric, points[q], points[r])).ThenBy(r => r).Take(20);
            Assert.That(results.Rows(q).ToArray(), Is.EqualTo(expected));
        }
    }

    [Test]
    public void Equal_rows_are_at_cosine_distance_0_and_zeros_at_1()
    {
        float[][] points = [[0, 0, 0], [0.1f, 0.7f, -3], [-0.2f, -1.4f, 6], [0.1f, 0.7f, -3], [1e-30f, 7e-30f, -3e-29f], [0, 0, 0]];
        var results = Search(SetOf(NeighborMetric.Cosine, points, segmentRows: 4), points, 6);
        Assert.That(results.Rows(1).ToArray(), Is.EqualTo(new[] { 1, 3, 4, 0, 5, 2 }));
        Assert.That(results.Distances(1)[..2].ToArray(), Is.EqualTo(new[] { 0f, 0f }), "equal rows");
        Assert.That(results.Distances(1)[2], Is.EqualTo(0).Within(1e-6), "another length, near the smallest that a float holds");
        Assert.That(results.Distances(1)[3..].ToArray(), Is.EqualTo(new[] { 1f, 1f, 2f }).Within(1e-6));
        Assert.That(results.Rows(0).ToArray(), Is.EqualTo(new[] { 0, 1, 2, 3, 4, 5 }), "a query of zeros is as far from all");
        Assert.That(results.Distances(0).ToArray(), Is.All.EqualTo(1f));
    }

    [Test]
    public void Results_do_not_depend_on_the_batch()
    {
        var random = new Random(5);
        var points = Enumerable.Range(0, 4000).Select(_ => Enumerable.Range(0, 37).Select(_ => random.NextSingle()).ToArray()).ToArray();
        var set = SetOf(NeighborMetric.Euclidean, points, segmentRows: 4000);
        var together = Search(set, points[..256], 10);   // enough work for several threads
        for (var q = 0; q < 256; q += 17)
        {
            var alone = Search(set, [points[q]], 10);
            Assert.That(together.Rows(q).ToArray(), Is.EqualTo(alone.Rows(0).ToArray()));
            Assert.That(together.Distances(q).ToArray(), Is.EqualTo(alone.Distances(0).ToArray()));
        }
    }

    [Test]
    public void A_query_that_is_not_finite_has_no_neighbours([Values(float.NaN, float.PositiveInfinity)] float value, [Values] NeighborMetric metric)
    {
        var results = Search(SetOf(metric, [[1, 2], [3, 4]], segmentRows: 2), [[1, value], [1, 2]], 2);
        Assert.That(results.Rows(0).Length, Is.Zero);
        Assert.That(results.Rows(1).Length, Is.EqualTo(2));
    }

    [Test]
    public void Differences_beyond_the_range_of_float_count_as_infinitely_far()
    {
        var results = Search(SetOf(NeighborMetric.Euclidean, [[3e38f, -3e38f], [1, 1]], segmentRows: 2), [[2, 2]], 2);
        Assert.That(results.Rows(0).ToArray(), Is.EqualTo(new[] { 1, 0 }));
        Assert.That(results.Distances(0)[1], Is.EqualTo(float.PositiveInfinity));
    }

    [Test]
    public void Products_beyond_the_range_of_float_are_never_NaN()
    {
        var row = Enumerable.Range(0, 16).Select(i => i % 2 == 0 ? 3e38f : -3e38f).ToArray();
        var results = Search(SetOf(NeighborMetric.InnerProduct, [row, row], segmentRows: 2), [Enumerable.Repeat(3e38f, 16).ToArray()], 2);
        Assert.That(results.Rows(0).ToArray(), Is.EqualTo(new[] { 0, 1 }));
        Assert.That(results.Distances(0).ToArray(), Has.None.NaN);
    }

    [Test]
    public void Excluded_rows_are_replaced_by_the_next_nearest()
    {
        var points = Enumerable.Range(0, 100).Select(i => new float[] { i }).ToArray();
        var set = SetOf(NeighborMetric.Euclidean, points, segmentRows: 30);
        var results = new NeighborResults(1, 1, 4);
        results.Query(0)[0] = 50;
        ExactSearch.Run(set, results, 1, (_, row) => row is >= 49 and <= 52);
        Assert.That(results.Rows(0).ToArray(), Is.EqualTo(new[] { 48, 47, 53, 46 }));
    }

    private static double Furthest(IEnumerable<float> actual, double[] expected) => actual.Zip(expected, (a, e) => Math.Abs(a - e)).Max();

    private static ReferenceSet SetOf(NeighborMetric metric, float[][] points, int segmentRows)
    {
        var dimension = points[0].Length;
        return new(dimension, metric, [.. points.Chunk(segmentRows).Select(chunk => new ReferenceSegment(
            dimension, [.. chunk.SelectMany(p => metric == NeighborMetric.Cosine ? Normalized(p) : p)], []))]);
    }

    private static float[] Normalized(float[] point)
    {
        var copy = point.ToArray();
        Directions.Normalize(copy);
        return copy;
    }

    private static NeighborResults Search(ReferenceSet set, float[][] queries, int k)
    {
        var results = new NeighborResults(queries.Length, set.Dimension, Math.Min(k, set.Count));
        for (var i = 0; i < queries.Length; i++)
            queries[i].CopyTo(results.Query(i));
        ExactSearch.Run(set, results, queries.Length, excludes: null);
        return results;
    }

    private static double Distance(NeighborMetric metric, float[] a, float[] b)
    {
        var dot = a.Zip(b, (x, y) => (double)x * y).Sum();
        var norms = Math.Sqrt(a.Sum(x => (double)x * x)) * Math.Sqrt(b.Sum(x => (double)x * x));
        return metric switch
        {
            NeighborMetric.Euclidean => Math.Sqrt(a.Zip(b, (x, y) => ((double)x - y) * ((double)x - y)).Sum()),
            NeighborMetric.SquaredEuclidean => a.Zip(b, (x, y) => ((double)x - y) * ((double)x - y)).Sum(),
            NeighborMetric.Cosine => norms == 0 ? 1 : 1 - dot / norms,
            _ => -dot,
        };
    }
}
