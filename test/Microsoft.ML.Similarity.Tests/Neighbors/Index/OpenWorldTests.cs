using Microsoft.ML.Similarity.Neighbors;
using Microsoft.ML.Similarity.Neighbors.Index;

namespace Microsoft.ML.Similarity.Tests.Neighbors.Index;

public sealed class OpenWorldTests
{
    private const int Dimension = 12;

    [Test]
    public void Changes_are_as_a_model_has_them([Values] NeighborMetric metric, [Values(1, 2, 3)] int seed)
    {
        var random = new Random(seed);
        var pool = seed == 1 ? VectorSet.Grid(900, Dimension, seed) : VectorSet.Clustered(900, Dimension, seed);
        pool.Values.AsSpan(10 * Dimension, 3 * Dimension).Clear();
        var queries = VectorSet.Clustered(3, Dimension, seed + 10);
        queries.Values.AsSpan(0, Dimension).Clear();
        var model = new SortedDictionary<long, int>();   // id to the row of its vector
        var first = Enumerable.Range(0, 300).ToArray();
        foreach (var row in first)
            model.Add(1000 - row, row);
        using var index = NeighborIndex.Build(
            pool.Values.AsSpan(0, 300 * Dimension), Dimension, [.. first.Select(row => 1000L - row)],
            options: new() { Metric = metric, AddedRowsBeforeRebuild = 80 });
        for (var step = 0; step < 60; step++)
        {
            switch (random.Next(5))
            {
                case 0 or 1:
                    var ids = Enumerable.Range(0, random.Next(20)).Select(_ => (long)random.Next(2000)).Distinct().Where(id => !model.ContainsKey(id)).ToArray();
                    var rows = ids.Select(_ => random.Next(pool.Count)).ToArray();
                    index.Add(rows.SelectMany(row => pool[row].ToArray()).ToArray(), ids);
                    for (var i = 0; i < ids.Length; i++)
                        model.Add(ids[i], rows[i]);
                    break;
                case 2 or 3:
                    long[] gone = [.. model.Keys.OrderBy(_ => random.Next()).Take(random.Next(15)), 5000 + step];
                    Assert.That(index.Remove(gone), Is.EqualTo(gone.Length - 1));
                    Assert.That(index.Remove(gone), Is.Zero);
                    foreach (var id in gone)
                        model.Remove(id);
                    break;
                case 4 when step % 3 == 0:
                    index.Rebuild();
                    Assert.That(index.Statistics.RemovedRows, Is.Zero);
                    break;
            }
            Assert.That(index.Count, Is.EqualTo(model.Count));
            var live = new VectorSet([.. model.Values.SelectMany(row => pool[row].ToArray())], Dimension);
            BruteForce.Check(index, live, [.. model.Keys], queries, 7);
        }
    }

    [Test]
    public void Threads_change_and_search_at_the_same_time()
    {
        var pool = VectorSet.Clustered(4000, Dimension, seed: 4);
        var stable = Enumerable.Range(0, 1000).Select(i => (long)i).ToArray();
        using var index = NeighborIndex.Build(pool.Values.AsSpan(0, 1000 * Dimension), Dimension, stable, options: new() { AddedRowsBeforeRebuild = 150 });
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        var tasks = new List<Task>();
        for (var changer = 0; changer < 2; changer++)
        {
            var (own, random) = (1000 + (1500 * changer), new Random(changer));
            tasks.Add(Task.Run(() =>
            {
                var present = new bool[1500];
                while (!stop.IsCancellationRequested)
                {
                    var i = random.Next(1500);
                    if (present[i])
                        Assert.That(index.Remove([own + i]), Is.EqualTo(1));
                    else
                        index.Add(pool[own + i], [own + i]);
                    present[i] = !present[i];
                    // What this thread sees follows what it did.
                    var (ids, distances) = (new long[1], new float[1]);
                    Assert.That(index.Search(pool[own + i], ids, distances), Is.EqualTo(1));
                    Assert.That(ids[0] == own + i, Is.EqualTo(present[i]));
                }
            }));
        }
        for (var searcher = 0; searcher < 2; searcher++)
        {
            var random = new Random(100 + searcher);
            tasks.Add(Task.Run(() =>
            {
                var (ids, distances) = (new long[20], new float[20]);
                while (!stop.IsCancellationRequested)
                {
                    var i = random.Next(1000);
                    Assert.That(index.Search(pool[i], ids, distances), Is.EqualTo(20));
                    Assert.That((ids[0], distances[0]), Is.EqualTo(((long)i, 0f)));
                    Assert.That(ids, Is.Unique);
                    Assert.That(distances, Is.Ordered);
                }
            }));
        }
        Assert.That(() => Task.WaitAll([.. tasks]), Throws.Nothing);
    }

    [Test]
    public void Rebuild_in_the_background_takes_in_what_was_added()
    {
        var pool = VectorSet.Clustered(500, Dimension, seed: 5);
        var ids = ExactnessTests.Ids(500);
        using var index = NeighborIndex.Build(pool.Values.AsSpan(0, 100 * Dimension), Dimension, ids.AsSpan(0, 100), options: new() { AddedRowsBeforeRebuild = 50 });
        for (var i = 100; i < 500; i++)
            index.Add(pool[i], [ids[i]]);
        Assert.That(() => index.Statistics.AddedRows, Is.LessThan(400).After(5000, 20));
        BruteForce.Check(index, pool, ids, VectorSet.Clustered(4, Dimension, seed: 6), 11);
    }

    [Test]
    public void Rows_of_any_magnitude_are_added(
        [Values(NeighborMetric.Euclidean, NeighborMetric.InnerProduct)] NeighborMetric metric, [Values(1e-30f, 1e10f, 1e25f)] float size, [Values(0, 50)] int before)
    {
        var rows = VectorSet.Clustered(300, Dimension, seed: 11, size);
        VectorSet.Clustered(before, Dimension, seed: 12, Math.Max(size / 1e12f, 1e-38f)).Values.CopyTo(rows.Values, 0);
        var ids = ExactnessTests.Ids(300);
        using var index = NeighborIndex.Build(rows.Values.AsSpan(0, before * Dimension), Dimension, ids.AsSpan(0, before), options: new() { Metric = metric });
        index.Add(rows.Values.AsSpan(before * Dimension), ids.AsSpan(before));
        var queries = VectorSet.Clustered(4, Dimension, seed: 13, size);
        BruteForce.Check(index, rows, ids, queries, 11);
        index.Rebuild();
        BruteForce.Check(index, rows, ids, queries, 11);
    }

    [Test]
    public void Rebuild_ends_where_the_index_is_disposed_of()
    {
        var pool = VectorSet.Clustered(6000, Dimension, seed: 14);
        var index = NeighborIndex.Build(pool.Values, Dimension, ExactnessTests.Ids(6000), options: new() { Mode = SearchMode.Approximate() });
        index.Remove([ExactnessTests.Ids(1)[0]]);
        using var rebuild = Task.Run(() => index.Rebuild());
        Thread.Sleep(50);
        index.Dispose();
        Assert.That(() => rebuild.GetAwaiter().GetResult(), Throws.TypeOf<ObjectDisposedException>());
    }

    [Test]
    public void Error_of_a_rebuild_in_the_background_comes_before_the_next_change()
    {
        var (pool, fails) = (VectorSet.Clustered(20, Dimension, seed: 15), false);
        var kind = IdKind.Int64 with { Pack = (ids, owners) => fails ? throw new InsufficientMemoryException() : IdKind.Int64.Pack(ids, owners) };
        using var index = LiveIndex.Build(kind, pool.Values, Dimension, ExactnessTests.Ids(20), [], new() { AddedRowsBeforeRebuild = 0 });
        fails = true;
        var (id, count, isRefused) = (5000L, 20, false);
        for (var i = 0; i < 500 && !isRefused; i++)
        {
            Thread.Sleep(10);
            try
            {
                LiveIndex.Add(index, pool[0], [++id], []);
                count++;
            }
            catch (InsufficientMemoryException)
            {
                isRefused = true;
            }
        }
        Assert.That(isRefused);
        Assert.That((index.Current.Count, index.Contains(id)), Is.EqualTo((count, false)));
        fails = false;
        LiveIndex.Add(index, pool[0], [id], []);
        index.Compact(CancellationToken.None);
        Assert.That((index.Current.Count, index.Current.IsChanged), Is.EqualTo((count + 1, false)));
    }

    [Test]
    public void Remove_refuses_what_is_no_id_and_removes_nothing()
    {
        using var index = NeighborIndex.Build([], 2, (string[])[]);
        index.Add([1, 2], (string[])["a"]);
        Assert.That(() => index.Remove((string[])["a", null!]), Throws.ArgumentException.With.Message.StartsWith("Id 1 is null."));
        Assert.That(index.Contains("a"));
        Assert.That(() => index.Contains(null!), Throws.ArgumentNullException);
        Assert.That(() => index.TryGetValue<long>(null!, "n", out _), Throws.ArgumentNullException);
    }

    [Test]
    public void Add_refuses_an_id_that_is_taken_and_adds_nothing()
    {
        var pool = VectorSet.Clustered(5, Dimension, seed: 7);
        using var index = NeighborIndex.Build(pool.Values.AsSpan(0, 2 * Dimension), Dimension, (long[])[1, 2]);
        Assert.That(() => index.Add(pool.Values.AsSpan(0, 2 * Dimension), (long[])[3, 2]), Throws.ArgumentException.With.Message.StartsWith(
            "The index has a row with the id 2 already; remove it first."));
        Assert.That(() => index.Add(pool.Values.AsSpan(0, 2 * Dimension), (long[])[3, 3]), Throws.ArgumentException.With.Message.StartsWith(
            "The id 3 is given twice; every row needs an id of its own."));
        Assert.That(index.Count, Is.EqualTo(2));
        Assert.That(index.Contains(3), Is.False);
    }

    [Test]
    public void Rebuild_that_is_cancelled_leaves_the_index_as_it_is()
    {
        var pool = VectorSet.Clustered(1300, Dimension, seed: 8);
        var ids = ExactnessTests.Ids(1300);
        using var index = NeighborIndex.Build(pool.Values.AsSpan(0, 1200 * Dimension), Dimension, ids.AsSpan(0, 1200));
        index.Add(pool.Values.AsSpan(1200 * Dimension), ids.AsSpan(1200));
        Assert.That(() => index.Rebuild(new CancellationToken(canceled: true)), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(index.Statistics.AddedRows, Is.EqualTo(100));
        index.Rebuild();
        Assert.That(index.Statistics.AddedRows, Is.Zero);
        BruteForce.Check(index, pool, ids, VectorSet.Clustered(4, Dimension, seed: 9), 11);
    }
}
