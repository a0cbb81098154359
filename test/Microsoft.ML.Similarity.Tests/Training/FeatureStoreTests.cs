using Microsoft.ML.Data;
using Microsoft.ML.Similarity.Training;
using TorchSharp;

namespace Microsoft.ML.Similarity.Tests.Training;

public sealed class FeatureStoreTests
{
    private const int Rows = 20000;   // more than a block
    private const int Dimension = 5;

    // All in memory, a file from a row in the middle on, and a file at once.
    private static readonly long?[] Budgets = [null, 100_000, 0];

    [Test]
    public void Rows_and_their_statistics_are_those_given([Values] bool sparse, [ValueSource(nameof(Budgets))] long? budget)
    {
        var random = new Random(1);
        var rows = Enumerable.Range(0, Rows)
            .Select(_ => Enumerable.Range(0, Dimension).Select(slot => random.Next(3) == 0 ? 0 : slot * 10 + random.NextSingle()).ToArray()).ToArray();
        using var store = Store(rows, sparse, budget);
        Assert.That((store.Count, store.Dimension, store.IsPrepared), Is.EqualTo((Rows, Dimension, budget is null)));

        int[] some = [17, 3, 19999, 3];
        using var gathered = store.Gather(some);
        Assert.That(gathered.shape, Is.EqualTo(new[] { 4, Dimension }));
        Assert.That(gathered.data<float>().ToArray(), Is.EqualTo(some.SelectMany(row => rows[row])));

        int[] most = [.. Enumerable.Range(0, Rows).Where(row => row % 7 != 0)];
        var (mean, deviation) = store.Statistics(most);
        for (var slot = 0; slot < Dimension; slot++)
        {
            var values = most.Select(row => (double)rows[row][slot]).ToArray();
            var expected = values.Average();
            Assert.That(mean[slot], Is.EqualTo(expected).Within(1e-4).Percent);
            Assert.That(deviation[slot], Is.EqualTo(Math.Sqrt(values.Average(v => (v - expected) * (v - expected)))).Within(1e-4).Percent);
        }
    }

    [Test]
    public void Sparse_rows_may_be_empty()
    {
        using var store = Store([new float[Dimension], new float[Dimension]], sparse: true, budget: null);
        using var gathered = store.Gather([1, 0]);
        Assert.That(gathered.data<float>().ToArray(), Is.EqualTo(new float[2 * Dimension]));
        Assert.That(store.Statistics([0, 1]).Deviation, Is.All.Zero);
    }

    [Test]
    public void Rows_that_do_not_fill_segments_evenly_are_found([Values] bool sparse, [ValueSource(nameof(Budgets))] long? budget)
    {
        // A row of 700000 values is 2.8 MB, a segment 4 MiB; sparse ones have now few, now many.
        const int wide = 700_000;
        var rows = Enumerable.Range(0, 9).Select(row => Enumerable.Range(0, wide).Select(slot => sparse && slot % (row + 2) > 0 ? 0 : row + slot % 97f).ToArray()).ToArray();
        using var store = Store(rows, sparse, budget is null ? null : budget * 100, wide);
        int[] all = [8, 0, 4, 1, 7, 2, 6, 3, 5];
        using var gathered = store.Gather(all);
        Assert.That(gathered.data<float>().ToArray().AsSpan().SequenceEqual([.. all.SelectMany(row => rows[row])]), Is.True);
    }

    [Test]
    public void No_rows_are_an_empty_store()
    {
        using var run = Run(null);
        using var collector = new FeatureCollector(Dimension, run.Space);
        using var store = collector.ToStore(run);
        Assert.That(store.Count, Is.Zero);
    }

    private static TrainingRun Run(long? budget) => new(new MLContext(), "Test", Fast.Options(o => o.DataMemoryBudget = budget).Check());

    private static Shifted Store(float[][] rows, bool sparse, long? budget, int dimension = Dimension)
    {
        using var run = Run(budget);
        using var collector = new FeatureCollector(dimension, run.Space);
        // The first row decides.
        collector.Add(sparse ? new VBuffer<float>(dimension, 0, [], []) : new VBuffer<float>(dimension, new float[dimension]));
        for (var i = 0; i < rows.Length; i++)
        {
            var slots = Slots(rows[i]);
            collector.Add(i % 2 == 0
                ? new VBuffer<float>(dimension, slots.Length, [.. slots.Select(slot => rows[i][slot])], slots)
                : new VBuffer<float>(dimension, rows[i]));
        }
        Assert.That(collector.Count, Is.EqualTo(rows.Length + 1));
        return new Shifted(collector.ToStore(run));

        static int[] Slots(float[] row) => [.. Enumerable.Range(0, row.Length).Where(slot => row[slot] != 0)];
    }

    // Without the first row.
    private sealed class Shifted(FeatureStore store) : FeatureStore
    {
        public override int Count => store.Count - 1;

        public override int Dimension => store.Dimension;

        public override bool IsPrepared => store.IsPrepared;

        public override torch.Tensor[] Fetch(ReadOnlySpan<int> rows) => store.Fetch([.. rows.ToArray().Select(row => row + 1)]);

        public override torch.Tensor Upload(torch.Tensor[] fetched) => store.Upload(fetched);

        public override void Dispose() => store.Dispose();
    }
}
