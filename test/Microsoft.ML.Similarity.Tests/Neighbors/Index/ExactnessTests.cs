using Microsoft.ML.Similarity.Neighbors;
using Microsoft.ML.Similarity.Neighbors.Index;

namespace Microsoft.ML.Similarity.Tests.Neighbors.Index;

public sealed class ExactnessTests
{
    private static readonly NeighborMetric[] Metrics = Enum.GetValues<NeighborMetric>();

    [Test]
    public void Finds_what_brute_force_finds([ValueSource(nameof(Metrics))] NeighborMetric metric, [Values(1, 3)] int threads)
    {
        var rows = VectorSet.Clustered(3000, 40, seed: 1);
        Check(metric, rows, VectorSet.Clustered(30, 40, seed: 2), 10, threads, usesCodes: true);
    }

    [Test]
    public void Of_any_dimension([Values(1, 2, 15, 16, 17, 100, 385, 4096)] int dimension, [Values] bool byProduct) => Check(
        byProduct ? NeighborMetric.InnerProduct : NeighborMetric.Euclidean,
        VectorSet.Clustered(1030, dimension, seed: 3),
        VectorSet.Clustered(9, dimension, seed: 4),
        5);

    [Test]
    public void Of_uniform_rows([ValueSource(nameof(Metrics))] NeighborMetric metric) =>
        Check(metric, VectorSet.Uniform(2000, 64, seed: 5), VectorSet.Uniform(20, 64, seed: 6), 20);

    [Test]
    public void Ties_go_to_the_smaller_id([ValueSource(nameof(Metrics))] NeighborMetric metric, [Values(2, 9)] int dimension) =>
        Check(metric, VectorSet.Grid(3000, dimension, seed: 7), VectorSet.Grid(40, dimension, seed: 8), 50);

    [Test]
    public void With_duplicates_and_zeros([ValueSource(nameof(Metrics))] NeighborMetric metric, [Values(1, 3)] int threads)
    {
        var rows = VectorSet.Clustered(2600, 24, seed: 9);
        for (var i = 0; i < 800; i++)
            rows[i % 7].CopyTo(rows.Values.AsSpan((1000 + i) * 24, 24));
        rows.Values.AsSpan(50 * 24, 5 * 24).Clear();
        var queries = VectorSet.Clustered(20, 24, seed: 10);
        rows[3].CopyTo(queries.Values.AsSpan(4 * 24, 24));
        queries.Values.AsSpan(5 * 24, 24).Clear();
        Check(metric, rows, queries, 150, threads);
    }

    [Test]
    public void With_outliers([ValueSource(nameof(Metrics))] NeighborMetric metric)
    {
        var rows = VectorSet.Clustered(3000, 32, seed: 11);
        for (var i = 0; i < 12; i++)
        {
            for (var j = 0; j < 32; j++)
                rows.Values[(i * 200 * 32) + j] *= 20 * (i + 1);
        }
        var queries = VectorSet.Clustered(20, 32, seed: 12);
        rows[400].CopyTo(queries.Values.AsSpan(0, 32));
        Check(metric, rows, queries, 10);
    }

    [Test]
    public void Of_any_magnitude([ValueSource(nameof(Metrics))] NeighborMetric metric, [Values(1e-38f, 1e-25f, 1e10f, 1e25f, 1e37f)] float size) =>
        Check(metric, VectorSet.Clustered(1500, 16, seed: 13, size), VectorSet.Clustered(10, 16, seed: 14, size), 5);

    [Test]
    public void One_value_far_off_does_not_blur_the_others([ValueSource(nameof(Metrics))] NeighborMetric metric, [Values(1e-12f, 1f)] float size)
    {
        var rows = VectorSet.Clustered(1500, 16, seed: 24, size);
        rows.Values[7 * 16] = 5e18f * size;
        CheckDefinition(metric, rows, VectorSet.Clustered(10, 16, seed: 25, size));
    }

    [Test]
    public void Queries_a_hundred_times_as_large_as_the_rows(
        [Values(NeighborMetric.Euclidean, NeighborMetric.Cosine)] NeighborMetric metric, [Values(1e-30f, 1f, 1e16f, 1e30f)] float size) =>
        CheckDefinition(metric, VectorSet.Clustered(300, 100, seed: 28, size), VectorSet.Clustered(10, 100, seed: 29, 100 * size));

    [Test]
    public void Small_rows_and_ordinary_queries([ValueSource(nameof(Metrics))] NeighborMetric metric) =>
        CheckDefinition(metric, VectorSet.Clustered(300, 16, seed: 26, 1e-30f), VectorSet.Clustered(10, 16, seed: 27));

    [Test]
    public void Far_from_the_origin([ValueSource(nameof(Metrics))] NeighborMetric metric)
    {
        var (rows, queries) = (VectorSet.Clustered(2000, 30, seed: 15), VectorSet.Clustered(20, 30, seed: 16));
        foreach (var set in new[] { rows, queries })
        {
            for (var i = 0; i < set.Values.Length; i++)
                set.Values[i] += 10000;
        }
        Check(metric, rows, queries, 10);
    }

    [Test]
    public void Of_queries_unlike_the_rows([ValueSource(nameof(Metrics))] NeighborMetric metric, [Values(1e-3f, 1e6f, 1e30f)] float size) =>
        Check(metric, VectorSet.Clustered(2000, 30, seed: 17), VectorSet.Clustered(20, 30, seed: 18, size), 10);

    [Test]
    public void More_neighbours_than_rows([ValueSource(nameof(Metrics))] NeighborMetric metric, [Values(0, 1, 2, 17, 1100)] int count) =>
        Check(metric, VectorSet.Clustered(count, 5, seed: 19), VectorSet.Clustered(6, 5, seed: 20), 1200);

    [Test]
    public void Rows_all_equal([ValueSource(nameof(Metrics))] NeighborMetric metric, [Values(0f, 3f)] float value)
    {
        var rows = new VectorSet(new float[2000 * 8], 8);
        Array.Fill(rows.Values, value);
        Check(metric, rows, VectorSet.Clustered(5, 8, seed: 21), 12);
    }

    [Test]
    public void Distances_are_those_of_the_definition([ValueSource(nameof(Metrics))] NeighborMetric metric)
    {
        CheckDefinition(metric, VectorSet.Clustered(100, 12, seed: 22), VectorSet.Clustered(3, 12, seed: 23));
    }

    internal static long[] Ids(int count) => [.. Enumerable.Range(0, count).Select(i => (3L * i) - 1000)];

    private static void CheckDefinition(NeighborMetric metric, VectorSet rows, VectorSet queries)
    {
        using var index = NeighborIndex.Build(rows.Values, rows.Dimension, Ids(rows.Count), options: new() { Metric = metric });
        var (ids, distances) = (new long[rows.Count], new float[rows.Count]);
        for (var query = 0; query < queries.Count; query++)
        {
            Assert.That(index.Search(queries[query], ids, distances), Is.EqualTo(rows.Count));
            var (nearest, i) = (double.NegativeInfinity, 0);
            foreach (var id in ids)
            {
                var expected = Distance(metric, rows[(int)((id + 1000) / 3)], queries[query], out var size);
                Assert.That(distances[i++], Is.EqualTo(expected).Within(1e-5 * size));
                Assert.That(expected, Is.GreaterThan(nearest - (1e-5 * size)));
                nearest = expected;
            }
        }
    }

    // The size: what rounding is in proportion to.
    private static double Distance(NeighborMetric metric, ReadOnlySpan<float> row, ReadOnlySpan<float> query, out double size)
    {
        double dot = 0, squared = 0, a = 0, b = 0;
        for (var j = 0; j < row.Length; j++)
        {
            dot += (double)row[j] * query[j];
            squared += ((double)row[j] - query[j]) * ((double)row[j] - query[j]);
            a += (double)row[j] * row[j];
            b += (double)query[j] * query[j];
        }
        var distance = metric switch
        {
            NeighborMetric.Euclidean => Math.Sqrt(squared),
            NeighborMetric.SquaredEuclidean => squared,
            NeighborMetric.Cosine => 1 - (dot / Math.Sqrt(a) / Math.Sqrt(b)),
            _ => -dot,
        };
        size = metric switch
        {
            NeighborMetric.Cosine => 1,
            NeighborMetric.InnerProduct => Math.Sqrt(a) * Math.Sqrt(b),
            _ => distance,
        };
        return distance;
    }

    private static void Check(NeighborMetric metric, VectorSet rows, VectorSet queries, int k, int threads = 2, bool usesCodes = false)
    {
        // Ids in no order, so that neither rows nor their numbers are.
        var ids = Ids(rows.Count);
        new Random(rows.Count).Shuffle(ids);
        using var index = NeighborIndex.Build(rows.Values, rows.Dimension, ids, options: new() { Metric = metric, NumberOfThreads = threads });
        if (usesCodes)
            Assert.That(index.Statistics.CodeBytes, Is.GreaterThan(0));
        BruteForce.Check(index, rows, ids, queries, k);
    }
}
