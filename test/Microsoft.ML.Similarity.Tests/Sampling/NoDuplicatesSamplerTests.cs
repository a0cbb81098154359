using Microsoft.ML.Similarity.Sampling;

namespace Microsoft.ML.Similarity.Tests.Sampling;

public sealed class NoDuplicatesSamplerTests
{
    private static readonly NoDuplicatesSampler Sampler = new();

    // Random pairs and triplets of from few to many items: no batch has an item twice, and where each row shares items with few others, there is an epoch.
    [Test]
    public void No_item_is_in_two_rows_of_a_batch([Range(0, 19)] int seed)
    {
        var random = new Random(seed);
        var dealt = 0;
        for (var i = 0; i < 40; i++)
        {
            var (count, batchSize, items, width) = (random.Next(1, 201), random.Next(2, 51), random.Next(1, 400), random.Next(1, 4));
            var rows = new SampledRows([.. Enumerable.Range(1000, count)])
            {
                Items = [.. Enumerable.Range(0, count).Select(_ => Enumerable.Range(0, width).Select(_ => (int)(items * Math.Pow(random.NextDouble(), 2))).ToArray())],
            };
            var size = Math.Min(batchSize, count);
            var mostUsed = rows.Items.SelectMany(row => row.Distinct()).CountBy(item => item).Max(item => item.Value);
            // The rows that a row cannot be with, and itself.
            var inTheWay = rows.Items.Max(row => rows.Items.Count(other => other.Intersect(row).Any()));
            try
            {
                var batches = Shapes.AssertBatches(Sampler, rows, batchSize, seed);
                dealt++;
                Shapes.AssertEveryRow(batches, rows);
                foreach (var batch in batches)
                    Assert.That(batch.SelectMany(row => rows.Items[row - 1000].Distinct()), Is.Unique, Shapes.Describe(rows, batchSize, seed));
                var least = Math.Max(mostUsed, (count + size - 1) / size);
                Assert.That(batches, Has.Length.AtLeast(least));
                if (size * inTheWay <= count)
                    Assert.That(batches, Has.Length.LessThanOrEqualTo(2 * (inTheWay + count / size)), "no needless batches");
            }
            catch (InvalidOperationException e)
            {
                Assert.That(mostUsed > 10 * ((count + size - 1) / size) || size * inTheWay > count, $"{Shapes.Describe(rows, batchSize, seed)}: {e.Message}");
            }
        }
        Assert.That(dealt, Is.GreaterThan(8));
    }

    [Test]
    public void Rows_without_common_items_are_dealt_once()
    {
        var batches = Shapes.AssertBatches(Sampler, Pairs(100, i => [i, 100 + i]), 32, seed: 1);
        Assert.That(batches, Has.Length.EqualTo(4));
        Assert.That(batches.SelectMany(batch => batch).Take(100), Is.Unique);
    }

    [Test]
    public void A_row_may_have_an_item_twice_itself() =>
        Assert.That(Sampler.Epoch(Pairs(4, i => [i, i]), 4, seed: 1), Is.Unique);

    // Item 0 is in 5 of 20 rows: one in each of 5 batches, though the rows would fill 4.
    [Test]
    public void The_most_frequent_item_decides_how_many_batches()
    {
        var rows = Pairs(20, i => [i < 5 ? 0 : i, 100 + i]);
        var batches = Shapes.AssertBatches(Sampler, rows, 5, seed: 1);
        Shapes.AssertEveryRow(batches, rows);
        Assert.That(batches.Select(batch => batch.Count(row => row < 5)), Is.EqualTo(new[] { 1, 1, 1, 1, 1 }));
    }

    [Test]
    public void An_item_in_too_many_rows_is_named()
    {
        var rows = Pairs(1000, i => [i < 300 ? 7 : 1000 + i, 5000 + i]);
        Assert.That(() => Sampler.Epoch(rows, 50, seed: 1), Throws.InvalidOperationException.With.Message.EqualTo(
            "Item 7 is in 300 of 1000 rows, but can be in one row of a batch only: an epoch would be 300 batches of 50 rows or more, where all rows fill 20. "
            + "Lower the batch size, or use ShuffleSampler."));
    }

    [Test]
    public void A_batch_that_cannot_be_filled_is_refused()
    {
        var rows = Pairs(10, i => [i < 5 ? 7 : 1000 + i, 5000 + i]);
        Assert.That(() => Sampler.Epoch(rows, 8, seed: 1), Throws.InvalidOperationException.With.Message.EqualTo(
            "A batch of 8 rows without an item twice cannot be filled: at most 6 of 10 rows were found that have no item in common; the most frequent item, 7, is in 5. "
            + "Lower the batch size, or use ShuffleSampler."));
        Assert.That(Sampler.Epoch(rows, 6, seed: 1), Has.Length.EqualTo(30), "as many as were found fill a batch");
    }

    // Rows in random order fill a batch of 10 only if they leave out the 8 rows that are in the way of many.
    [Test]
    public void Where_random_rows_are_in_the_way_the_rarest_items_fill_the_batch([Range(0, 9)] int seed)
    {
        var rows = Pairs(28, i => i < 20 ? [i, 100 + i] : [2 * (i - 20), 2 * (i - 20) + 1, 200 + i]);
        var batches = Shapes.AssertBatches(Sampler, rows, 19, seed);
        Shapes.AssertEveryRow(batches, rows);
        foreach (var batch in batches)
            Assert.That(batch.SelectMany(row => rows.Items![row]), Is.Unique);
    }

    // All pairs of 40 left with 40 right items: any batch leaves many rows waiting.
    [Test]
    public void Where_all_share_items_an_epoch_stays_short()
    {
        var rows = Pairs(1600, i => [i / 40, 40 + i % 40]);
        var batches = Shapes.AssertBatches(Sampler, rows, 25, seed: 1);
        Shapes.AssertEveryRow(batches, rows);
        Assert.That(batches, Has.Length.LessThanOrEqualTo(100), "64 at least");
    }

    [Test]
    public void A_million_pairs_are_dealt_about_once()
    {
        var random = new Random(1);
        var rows = Pairs(1_000_000, i => [i, 1_000_000 + (int)(500_000 * Math.Pow(random.NextDouble(), 2))]);
        var epoch = Sampler.Epoch(rows, 128, seed: 2);
        Assert.That(epoch, Has.Length.LessThan(1_000_000 + 10 * 128));
        Assert.That(epoch.Distinct().Count(), Is.EqualTo(1_000_000));
    }

    private static SampledRows Pairs(int count, Func<int, int[]> items) =>
        new([.. Enumerable.Range(0, count)]) { Items = [.. Enumerable.Range(0, count).Select(items)] };
}
