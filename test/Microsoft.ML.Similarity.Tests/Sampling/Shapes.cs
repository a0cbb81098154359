using Microsoft.ML.Similarity.Sampling;

namespace Microsoft.ML.Similarity.Tests.Sampling;

/// <summary>Random rows to sample from, and what is asserted of every epoch.</summary>
internal static class Shapes
{
    /// <summary>1 to 200 rows with classes, categories and weights, a batch size of 2 to 50, and a seed.</summary>
    public static IEnumerable<(SampledRows Rows, int BatchSize, int Seed)> Random(int seed, int count)
    {
        var random = new Random(seed);
        for (var i = 0; i < count; i++)
        {
            var rows = random.Next(1, 201);
            var (classes, categories, skew) = (random.Next(1, 40), random.Next(1, 8), 1 + 4 * random.NextDouble());
            int[] categoryOf = [.. Enumerable.Range(0, classes).Select(_ => random.Next(categories))];
            int[] numbers = [.. Enumerable.Range(0, rows).Select(row => 3 * row + 1)];
            random.Shuffle(numbers);
            int[] classOf = [.. Enumerable.Range(0, rows).Select(_ => (int)(classes * Math.Pow(random.NextDouble(), skew)))];
            yield return (new SampledRows(numbers)
            {
                Classes = classOf,
                Categories = [.. classOf.Select(c => categoryOf[c])],
                Weights = [.. classOf.Select(_ => random.Next(3) == 0 ? 0 : random.NextSingle() + 0.01f)],
            }, random.Next(2, 51), random.Next());
        }
    }

    public static string Describe(SampledRows rows, int batchSize, int seed) => $"{rows.Count} rows, batches of {batchSize}, seed {seed}";

    /// <summary>Whole batches of these rows, none twice in a batch, the same for the same seed.</summary>
    /// <returns>The batches.</returns>
    public static int[][] AssertBatches(Sampler sampler, SampledRows rows, int batchSize, int seed)
    {
        var what = $"{sampler}: {Describe(rows, batchSize, seed)}";
        var epoch = sampler.Epoch(rows, batchSize, seed);
        var size = Math.Min(batchSize, rows.Count);
        Assert.That(epoch.Length % size, Is.Zero, what);
        Assert.That(epoch, Is.Not.Empty, what);
        Assert.That(epoch.Except(rows.Rows), Is.Empty, what);
        Assert.That(sampler.Epoch(rows, batchSize, seed).SequenceEqual(epoch), what);
        int[][] batches = [.. epoch.Chunk(size)];
        Assert.That(batches.All(batch => batch.Distinct().Count() == size), $"no row twice in a batch: {what}");
        return batches;
    }

    public static void AssertEveryRow(IEnumerable<int[]> batches, SampledRows rows) =>
        Assert.That(batches.SelectMany(batch => batch).Distinct().Count(), Is.EqualTo(rows.Count), "every row is dealt");
}
