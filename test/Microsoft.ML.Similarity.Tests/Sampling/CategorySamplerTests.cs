using Microsoft.ML.Similarity.Sampling;

namespace Microsoft.ML.Similarity.Tests.Sampling;

public sealed class CategorySamplerTests
{
    [Test]
    public void An_epoch_is_as_documented([Range(0, 19)] int seed)
    {
        foreach (var (rows, batchSize, epochSeed) in Shapes.Random(seed, 40))
            AssertEpoch(new CategorySampler { RowsPerClass = 2 + epochSeed % 5, CategoriesPerBatch = 1 + epochSeed % 3 }, rows, batchSize, epochSeed);
    }

    [TestCase(1, 32)]
    [TestCase(2, 32)]
    [TestCase(3, 30)]
    public void Balanced_categories_are_dealt_once_each_batch_from_its_own(int categoriesPerBatch, int batchSize)
    {
        var rows = Balanced(categories: 12, classes: 10, rowsPerClass: 16);
        var batches = Shapes.AssertBatches(new CategorySampler { RowsPerClass = 4, CategoriesPerBatch = categoriesPerBatch }, rows, batchSize, seed: 1);
        Shapes.AssertEveryRow(batches, rows);
        Assert.That(batches.Length * batchSize, Is.LessThanOrEqualTo(1.1 * rows.Count));
        foreach (var batch in batches)
        {
            Assert.That(batch.Select(row => rows.Categories![row]).Distinct().Count(), Is.LessThanOrEqualTo(categoriesPerBatch));
            Assert.That(batch.CountBy(row => rows.Classes![row]).Count(x => x.Value < 2), Is.LessThanOrEqualTo(1), "rows find others of their class");
        }
    }

    [Test]
    public void Small_categories_are_put_together()
    {
        var rows = Balanced(categories: 40, classes: 2, rowsPerClass: 3);
        var batches = Shapes.AssertBatches(new CategorySampler(), rows, 16, seed: 1);
        Shapes.AssertEveryRow(batches, rows);
        Assert.That(batches, Has.Length.LessThanOrEqualTo(16));
        Assert.That(batches.Select(batch => batch.Select(row => rows.Categories![row]).Distinct().Count()), Is.All.LessThanOrEqualTo(4));
    }

    [Test]
    public void A_class_of_nearly_all_rows_has_half_a_batch()
    {
        int[] classes = [.. Enumerable.Repeat(0, 960), .. Enumerable.Range(1, 20), .. Enumerable.Repeat(21, 20)];
        var rows = new SampledRows([.. Enumerable.Range(0, 1000)]) { Classes = classes, Categories = [.. classes.Select(c => c == 21 ? 1 : 0)] };
        var batches = Shapes.AssertBatches(new CategorySampler(), rows, 20, seed: 1);
        Shapes.AssertEveryRow(batches, rows);
        Assert.That(batches.Select(batch => batch.Count(row => row < 960)), Is.All.LessThanOrEqualTo(10));
        Assert.That(batches, Has.Length.LessThan(105));
    }

    [Test]
    public void A_class_in_two_categories_is_two_classes()
    {
        var rows = new SampledRows([.. Enumerable.Range(0, 40)])
        {
            Classes = [.. Enumerable.Range(0, 40).Select(i => i % 4)],
            Categories = [.. Enumerable.Range(0, 40).Select(i => i / 20)],
        };
        foreach (var batch in Shapes.AssertBatches(new CategorySampler { RowsPerClass = 5 }, rows, 10, seed: 1))
            Assert.That(batch.Select(row => row / 20).Distinct().Count(), Is.EqualTo(1));
    }

    private static SampledRows Balanced(int categories, int classes, int rowsPerClass)
    {
        int[] all = [.. Enumerable.Range(0, categories * classes * rowsPerClass)];
        return new SampledRows(all) { Classes = [.. all.Select(i => i / rowsPerClass)], Categories = [.. all.Select(i => i / rowsPerClass / classes)] };
    }

    private static void AssertEpoch(CategorySampler sampler, SampledRows rows, int batchSize, int seed)
    {
        var what = $"{sampler}: {Shapes.Describe(rows, batchSize, seed)}";
        var batches = Shapes.AssertBatches(sampler, rows, batchSize, seed);
        Shapes.AssertEveryRow(batches, rows);
        var size = Math.Min(batchSize, rows.Count);
        if (size == rows.Count)
            return;
        var place = rows.Rows.Index().ToDictionary(row => row.Item, row => row.Index);
        var classes = rows.Classes!.CountBy(c => c).ToDictionary();
        var half = classes.Count == 1 ? size : (size + 1) / 2;
        var categoryOf = rows.Classes!.Zip(rows.Categories!).Distinct().ToDictionary(pair => pair.First, pair => pair.Second);
        // What a category can give at most without a class beyond its half.
        var most = classes.GroupBy(c => categoryOf[c.Key]).ToDictionary(group => group.Key, group => group.Sum(c => Math.Min(c.Value, half)));
        var turns = classes.GroupBy(c => categoryOf[c.Key]).Sum(group => group.Sum(c => c.Value) / Math.Max(1, size / sampler.CategoriesPerBatch) + 1);
        Assert.That(batches, Has.Length.LessThanOrEqualTo(2 * turns + 2), $"no needless batches: {what}");
        foreach (var batch in batches)
        {
            var counts = batch.CountBy(row => rows.Classes![place[row]]).ToDictionary();
            if (classes.Count > 1 && size > 1)
                Assert.That(counts, Has.Count.GreaterThan(1), $"not of one class: {what}");
            if (counts.Values.Max() > half)
                Assert.That(classes.All(c => counts.GetValueOrDefault(c.Key) >= Math.Min(c.Value, half)), $"more than half only when all have given theirs: {what}");
            int[] categories = [.. batch.Select(row => rows.Categories![place[row]]).Distinct()];
            // The order of the batch is the order in which they were chosen.
            if (categories.Length > sampler.CategoriesPerBatch)
                Assert.That(categories[..sampler.CategoriesPerBatch].Max(c => most[c]), Is.LessThan(size), $"further categories only where these do not fill it: {what}");
        }
    }
}
