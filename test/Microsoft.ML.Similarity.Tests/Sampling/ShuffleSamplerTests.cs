using Microsoft.ML.Similarity.Sampling;

namespace Microsoft.ML.Similarity.Tests.Sampling;

public sealed class ShuffleSamplerTests
{
    [Test]
    public void Every_row_is_dealt_once_and_the_last_batch_topped_up([Range(0, 4)] int seed)
    {
        foreach (var (rows, batchSize, epochSeed) in Shapes.Random(seed, 60))
        {
            var batches = Shapes.AssertBatches(new ShuffleSampler(), rows, batchSize, epochSeed);
            var size = Math.Min(batchSize, rows.Count);
            Assert.That(batches, Has.Length.EqualTo((rows.Count + size - 1) / size));
            Assert.That(batches.SelectMany(batch => batch).Take(rows.Count), Is.EquivalentTo(rows.Rows));
        }
    }

    [Test]
    public void Every_row_comes_first_about_as_often()
    {
        var rows = new SampledRows([0, 1, 2, 3]);
        var counts = new int[4];
        for (var seed = 0; seed < 4000; seed++)
            counts[new ShuffleSampler().Epoch(rows, 2, seed)[0]]++;
        Assert.That(counts, Is.All.EqualTo(1000).Within(120), "four standard deviations");
    }
}
