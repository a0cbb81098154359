using Microsoft.ML.Similarity.Neighbors;
using Microsoft.ML.Similarity.Neighbors.Index;

namespace Microsoft.ML.Similarity.Tests.Neighbors.Index;

public sealed class FilterTests
{
    private const int Dimension = 16;
    private const int Count = 2500;

    [Test]
    public void Finds_the_nearest_of_the_allowed([Values] NeighborMetric metric, [Values(1, 7, 2500)] int part)
    {
        var (rows, ids) = Rows();
        using var index = NeighborIndex.Build(
            rows.Values.AsSpan(0, 2000 * Dimension), Dimension, ids.AsSpan(0, 2000), Payload(0, 2000), new() { Metric = metric });
        index.Add(rows.Values.AsSpan(2000 * Dimension), ids.AsSpan(2000), Payload(2000, 500));
        index.Remove([ids[0], ids[7]]);
        var queries = VectorSet.Clustered(5, Dimension, seed: 3);
        bool IsThere(int row) => row is not 0 and not 7;
        var numbers = NeighborFilter.Where<long>("number", n => n % part == 0);
        BruteForce.Check(index, rows, ids, queries, 15, numbers, row => row % part == 0 && IsThere(row));
        BruteForce.Check(index, rows, ids, queries, 15, numbers.Not(), row => row % part != 0 && IsThere(row));
        var both = numbers.And(NeighborFilter.Where<string>("text", t => t.EndsWith('1')));
        BruteForce.Check(index, rows, ids, queries, 15, both, row => row % part == 0 && row % 10 == 1 && IsThere(row));
        BruteForce.Check(index, rows, ids, queries, 15, NeighborFilter.Where<float>("float", f => f < 50), row => row < 50 && IsThere(row));
        BruteForce.Check(index, rows, ids, queries, 15, NeighborFilter.Where<double>("double", d => d > 2400), row => row > 2400 && IsThere(row));
    }

    [Test]
    public void Allows_the_rows_of_ids()
    {
        var (rows, ids) = Rows();
        using var index = NeighborIndex.Build(rows.Values.AsSpan(0, 2400 * Dimension), Dimension, ids.AsSpan(0, 2400));
        index.Add(rows.Values.AsSpan(2400 * Dimension), ids.AsSpan(2400));
        var allowed = new HashSet<int> { 3, 1000, 1001, 2399, 2400, 2499 };
        var filter = NeighborFilter.Ids([.. allowed.Select(row => ids[row]), 123456789]);
        BruteForce.Check(index, rows, ids, VectorSet.Clustered(5, Dimension, seed: 4), 10, filter, allowed.Contains);
    }

    [Test]
    public void Follows_the_changes_of_the_index()
    {
        var (rows, ids) = Rows();
        using var index = NeighborIndex.Build(rows.Values.AsSpan(0, 1500 * Dimension), Dimension, ids.AsSpan(0, 1500), Payload(0, 1500));
        var filter = NeighborFilter.Where<long>("number", n => n % 3 == 0);
        var queries = VectorSet.Clustered(3, Dimension, seed: 5);
        for (var end = 1500; end <= Count; end += 250)
        {
            BruteForce.Check(index, new(rows.Values[..(end * Dimension)], Dimension), ids, queries, 15, filter, row => row % 3 == 0);
            if (end == 2000)
                index.Rebuild();
            if (end < Count)
                index.Add(rows.Values.AsSpan(end * Dimension, 250 * Dimension), ids.AsSpan(end, 250), Payload(end, 250));
        }
    }

    [Test]
    public void Refuses_columns_and_ids_that_the_index_does_not_have()
    {
        using var index = NeighborIndex.Build(new float[Dimension], Dimension, (long[])[1], Payload(0, 1));
        var (ids, distances) = (new long[1], new float[1]);
        Assert.That(() => index.Search(new float[Dimension], ids, distances, NeighborFilter.Where<long>("none", _ => true)),
            Throws.ArgumentException.With.Message.StartsWith("The index has no payload column 'none' of type long."));
        Assert.That(() => index.Search(new float[Dimension], ids, distances, NeighborFilter.Where<long>("text", _ => true)),
            Throws.ArgumentException.With.Message.StartsWith("The index has no payload column 'text' of type long."));
        Assert.That(() => index.Search(new float[Dimension], ids, distances, NeighborFilter.Ids((string[])["a"])),
            Throws.ArgumentException.With.Message.StartsWith("The filter has ids of type string; those of the index are of type long."));
        Assert.That(() => NeighborFilter.Where<int>("number", _ => true),
            Throws.ArgumentException.With.Message.StartsWith("Payload values are long, float, double or string; the predicate wants Int32."));
    }

    private static (VectorSet Rows, long[] Ids) Rows()
    {
        var rows = VectorSet.Clustered(Count, Dimension, seed: 1);
        for (var i = 0; i < 300; i++)
            rows[i % 5].CopyTo(rows.Values.AsSpan((i * 8) * Dimension, Dimension));
        var ids = ExactnessTests.Ids(Count);
        new Random(2).Shuffle(ids);
        return (rows, ids);
    }

    private static PayloadColumn[] Payload(int first, int count) =>
    [
        new("number", [.. Enumerable.Range(first, count).Select(i => (long)i)]),
        new("float", [.. Enumerable.Range(first, count).Select(i => (float)i)]),
        new("double", [.. Enumerable.Range(first, count).Select(i => (double)i)]),
        new("text", [.. Enumerable.Range(first, count).Select(i => $"row {i}")]),
    ];
}
