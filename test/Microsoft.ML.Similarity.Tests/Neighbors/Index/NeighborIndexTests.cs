using Microsoft.ML.Similarity.Neighbors;
using Microsoft.ML.Similarity.Neighbors.Index;

namespace Microsoft.ML.Similarity.Tests.Neighbors.Index;

public sealed class NeighborIndexTests
{
    [Test]
    public void Text_ids_are_found_in_the_order_of_code_points()
    {
        string[] ids = ["b", "é", "a", "\U0001F600", "\uFFFD", ""];
        using var index = NeighborIndex.Build(new float[12], 2, ids);
        var (found, distances) = (new string[6], new float[6]);
        Assert.That(index.Search([1f, 0], found, distances), Is.EqualTo(6));
        Assert.That(found, Is.EqualTo(new[] { "", "a", "b", "é", "\uFFFD", "\U0001F600" }));
        Assert.That(distances, Is.All.EqualTo(1));
        index.Remove((string[])["a", "none"]);
        index.Add([0, 0], (string[])["aa"]);
        index.SearchBatch([1f, 0], 6, found, distances, new int[1]);
        Assert.That(found, Is.EqualTo(new[] { "", "aa", "b", "é", "\uFFFD", "\U0001F600" }));
    }

    [Test]
    public void Text_that_would_not_come_back_is_refused()
    {
        Assert.That(() => NeighborIndex.Build(new float[4], 2, (string[])["\uFFFD", "a\uD800"]), Throws.ArgumentException.With.Message.StartsWith(
            "The id of row 1 is no valid Unicode text: half of a surrogate pair is missing."));
        Assert.That(() => new PayloadColumn("t", ["\U0001F600", "\uDC00\uD800"]), Throws.ArgumentException.With.Message.StartsWith(
            "Payload column 't' has no valid Unicode text in row 1: half of a surrogate pair is missing."));
        using var index = NeighborIndex.Build(new float[2], 2, (string[])["\uFFFD"]);
        Assert.That(index.Contains("\uD800"), Is.False);
        Assert.That(index.Remove((string[])["\uD800"]), Is.Zero);
        Assert.That(index.Search([1f, 0], new string[1], new float[1], NeighborFilter.Ids(["\uD800"])), Is.Zero);
    }

    [Test]
    public void Search_allocates_nothing([Values] NeighborMetric metric, [Values(400, 3000)] int count)
    {
        var (rows, queries) = (VectorSet.Clustered(count, 32, seed: 1), VectorSet.Clustered(64, 32, seed: 2));
        rows[1].CopyTo(rows.Values);
        using var index = NeighborIndex.Build(rows.Values, 32, ExactnessTests.Ids(count), [new("n", new long[count])], new() { Metric = metric, NumberOfThreads = 1 });
        index.Add(queries[0], (long[])[-5000], [new("n", [1L])]);
        index.Remove([ExactnessTests.Ids(4)[3]]);
        var filter = NeighborFilter.Where<long>("n", n => n == 0);
        var (ids, distances, counts) = (new long[640], new float[640], new int[64]);
        Search();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Search();
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);

        void Search()
        {
            for (var i = 0; i < 64; i++)
                index.Search(queries[i], ids.AsSpan(0, 10), distances.AsSpan(0, 10), i % 2 == 0 ? filter : null);
            index.SearchBatch(queries.Values, 10, ids, distances, counts);
        }
    }

    [Test]
    public void Text_ids_found_before_allocate_nothing()
    {
        var rows = VectorSet.Clustered(50, 8, seed: 3);
        using var index = NeighborIndex.Build(rows.Values, 8, Enumerable.Range(0, 50).Select(i => $"row {i}").ToArray());
        var (ids, distances) = (new string[50], new float[50]);
        index.Search(rows[0], ids, distances);
        var before = GC.GetAllocatedBytesForCurrentThread();
        index.Search(rows[1], ids, distances);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    [Test]
    public void Statistics_tell_what_is_held()
    {
        var rows = VectorSet.Clustered(2000, 24, seed: 4);
        for (var i = 0; i < 500; i++)
            rows[0].CopyTo(rows.Values.AsSpan((i + 100) * 24, 24));
        var reported = new List<NeighborIndexProgress>();
        using var index = NeighborIndex.Build(
            rows.Values, 24, ExactnessTests.Ids(2000), [new("n", new long[2000]), new("f", new float[2000])], new() { Progress = new Reports(reported) });
        var statistics = index.Statistics;
        Assert.That((statistics.Rows, statistics.DistinctRows, statistics.AddedRows, statistics.RemovedRows), Is.EqualTo((2000, 1500, 0, 0)));
        Assert.That(statistics.VectorBytes, Is.EqualTo(1500 * 32 * 4));
        Assert.That(statistics.IdBytes, Is.EqualTo(2000 * 8));
        Assert.That(statistics.PayloadBytes, Is.EqualTo(2000 * 12));
        Assert.That(statistics.DuplicateBytes, Is.EqualTo((1501 + 2000) * 4));
        Assert.That(statistics.TotalBytes, Is.EqualTo(statistics.VectorBytes + statistics.CodeBytes + (2000 * 20) + (3501 * 4)));
        Assert.That(statistics.BuildTime, Is.GreaterThan(TimeSpan.Zero));
        Assert.That(reported.Select(progress => progress.Stage), Is.Ordered);
        Assert.That(reported.Select(progress => (progress.Stage, progress.IsFinished)), Is.EqualTo(
            Enum.GetValues<NeighborIndexStage>().Where(stage => stage != NeighborIndexStage.Graph).SelectMany(stage => new[] { (stage, false), (stage, true) })));

        index.Remove([-1000, -997]);
        index.Add(new float[24], (long[])[7000], [new("f", [1f]), new("n", [1L])]);
        statistics = index.Statistics;
        Assert.That((statistics.Rows, statistics.AddedRows, statistics.RemovedRows), Is.EqualTo((1999, 1, 2)));
        Assert.That(index.Count, Is.EqualTo(1999));
    }

    [Test]
    public void Payload_is_read_back()
    {
        using var index = NeighborIndex.Build(new float[4], 2, (long[])[8, 3], [new("t", ["eight", "three"]), new("f", [8f, 3])]);
        index.Add([1, 1], (long[])[5], [new("f", [5f]), new("t", ["five"])]);
        index.Remove([3]);
        Assert.That(index.TryGetValue<string>(8, "t", out var text) ? text : null, Is.EqualTo("eight"));
        Assert.That(index.TryGetValue<float>(5, "f", out var number) ? number : 0, Is.EqualTo(5));
        Assert.That(index.TryGetValue<float>(3, "f", out _), Is.False);
        Assert.That(() => index.TryGetValue<long>(8, "f", out _), Throws.ArgumentException.With.Message.StartsWith(
            "The index has no payload column 'f' of type Int64."));
    }

    [Test]
    public void Build_is_cancelled()
    {
        using var source = new CancellationTokenSource();
        var options = new NeighborIndex.Options { CancellationToken = source.Token, Progress = new Cancels(source) };
        Assert.That(() => NeighborIndex.Build(VectorSet.Uniform(3000, 8, 1).Values, 8, ExactnessTests.Ids(3000), options: options),
            Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public void Values_that_are_no_numbers_are_refused([Values(float.NaN, float.PositiveInfinity, float.NegativeInfinity)] float value)
    {
        var told = FormattableString.Invariant($"{value}");
        Assert.That(() => NeighborIndex.Build([1, 2, 3, value], 2, (long[])[1, 2]), Throws.ArgumentException.With.Message.EqualTo(
            $"Vector 1 has the value {told} at 1; all values must be finite numbers."));
        using var index = NeighborIndex.Build([1f, 2], 2, (long[])[1]);
        Assert.That(() => index.Search([value, 0], new long[1], new float[1]), Throws.ArgumentException.With.Message.EqualTo(
            $"Query 0 has the value {told} at 0; all values must be finite numbers."));
        Assert.That(() => index.Add([value, 0], (long[])[2]), Throws.ArgumentException);
        Assert.That(index.Count, Is.EqualTo(1));
    }

    [Test]
    public void Arguments_that_do_not_fit_are_named()
    {
        Assert.That(() => NeighborIndex.Build(new float[5], 2, (long[])[1, 2]), Throws.ArgumentException.With.Message.StartsWith(
            "The vectors have 5 values; 2 of dimension 2 have 4."));
        Assert.That(() => NeighborIndex.Build([], 0, (long[])[]), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => NeighborIndex.Build(new float[3], 1, (long[])[4, 5, 4]), Throws.ArgumentException.With.Message.StartsWith(
            "Rows 0 and 2 have the same id, 4; every row needs an id of its own."));
        Assert.That(() => NeighborIndex.Build(new float[1], 1, (string[])[null!]), Throws.ArgumentException.With.Message.StartsWith("Row 0 has no id."));
        Assert.That(() => NeighborIndex.Build(new float[2], 1, (long[])[4, 5], [new("n", [1L])]), Throws.ArgumentException.With.Message.StartsWith(
            "Payload column 'n' has 1 values for 2 rows."));
        Assert.That(() => NeighborIndex.Build(new float[1], 1, (long[])[4], [new("n", [1L]), new("n", [1f])]), Throws.ArgumentException.With.Message.StartsWith(
            "There are two payload columns 'n'."));
        Assert.That(() => new PayloadColumn("t", ["a", null!]), Throws.ArgumentException.With.Message.StartsWith(
            "Payload column 't' has no text in row 1; use an empty one."));
        Assert.That(() => NeighborIndex.Build([], 1, (long[])[], options: new() { Metric = (NeighborMetric)9 }),
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(
                "Metric is 9; it must be one of Euclidean, Cosine, InnerProduct, SquaredEuclidean."));
        Assert.That(() => NeighborIndex.Build([], 1, (long[])[], options: new() { NumberOfThreads = 0 }),
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith("NumberOfThreads is 0; it must be at least 1."));

        using var index = NeighborIndex.Build([1f, 2], 2, (long[])[1], [new("n", [1L])]);
        Assert.That(() => index.Search([1f], new long[1], new float[1]), Throws.ArgumentException.With.Message.StartsWith(
            "The queries have 1 values; 1 of dimension 2 have 2."));
        Assert.That(() => index.Search([1f, 2], new long[3], new float[2]), Throws.ArgumentException.With.Message.StartsWith(
            "There is room for 3 ids and 2 distances; 1 queries for 3 neighbours need 3 of each."));
        Assert.That(() => index.Search([1f, 2], new string[1], new float[1]), Throws.InvalidOperationException.With.Message.EqualTo(
            "The ids of the index are integers; give integer ids."));
        Assert.That(() => index.Add([1, 2], (long[])[2]), Throws.ArgumentException.With.Message.StartsWith(
            "The rows lack the payload column 'n' of type long."));
        Assert.That(() => index.Add([1, 2], (long[])[2], [new("n", [1L]), new("m", [1L])]), Throws.ArgumentException.With.Message.StartsWith(
            "The index has no payload column 'm'."));
    }

    [Test]
    public void Disposed_index_says_so()
    {
        var index = NeighborIndex.Build([1f, 2], 2, (long[])[1]);
        index.Dispose();
        index.Dispose();
        Assert.That(() => index.Search([1f, 2], new long[1], new float[1]), Throws.TypeOf<ObjectDisposedException>());
    }

    private sealed class Reports(List<NeighborIndexProgress> list) : IProgress<NeighborIndexProgress>
    {
        public void Report(NeighborIndexProgress value)
        {
            if (list.Count == 0 || (list[^1].Stage, list[^1].IsFinished) != (value.Stage, value.IsFinished))
                list.Add(value);
        }
    }

    private sealed class Cancels(CancellationTokenSource source) : IProgress<NeighborIndexProgress>
    {
        public void Report(NeighborIndexProgress value)
        {
            if (value is { Stage: NeighborIndexStage.Codes, IsFinished: false })
                source.Cancel();
        }
    }
}
