using Microsoft.ML.Similarity.Sampling;

namespace Microsoft.ML.Similarity.Tests.Sampling;

public sealed class WeightedSamplerTests
{
    [Test]
    public void An_epoch_is_as_many_draws_as_rows_in_whole_batches([Range(0, 4)] int seed)
    {
        foreach (var (rows, batchSize, epochSeed) in Shapes.Random(seed, 60))
        {
            var size = Math.Min(batchSize, rows.Count);
            var drawable = rows.Weights!.Count(weight => weight > 0);
            if (drawable == 0)
                continue;
            var epoch = new WeightedSampler().Epoch(rows, batchSize, epochSeed);
            Assert.That(epoch, Has.Length.EqualTo((rows.Count + size - 1) / size * size));
            Assert.That(new WeightedSampler().Epoch(rows, batchSize, epochSeed), Is.EqualTo(epoch));
            Assert.That(epoch.Except(rows.Rows.Where((_, i) => rows.Weights![i] > 0)), Is.Empty, "a row of weight 0 is in no batch");
            foreach (var batch in epoch.Chunk(size))
            {
                foreach (var round in batch.Chunk(drawable))
                    Assert.That(round, Is.Unique, "no row again before all are in the batch");
            }
        }
    }

    // With batches of one, draws are independent.
    [Test]
    public void Rows_come_in_proportion_to_their_weights()
    {
        float[] weights = [1, 2, 0, 4, 8, 16, 1e-30f];
        var rows = new SampledRows([.. Enumerable.Range(0, weights.Length)]) { Weights = weights };
        var counts = new int[weights.Length];
        for (var seed = 0; seed < 5000; seed++)
        {
            foreach (var row in new WeightedSampler().Epoch(rows, 1, seed))
                counts[row]++;
        }
        var chiSquare = new[] { 0, 1, 3, 4, 5 }.Sum(i => Math.Pow(counts[i] - 35000 * weights[i] / 31, 2) / (35000 * weights[i] / 31));
        Assert.That(chiSquare, Is.LessThan(18.5), "four degrees of freedom, one in a thousand");
        Assert.That(counts[2] + counts[6], Is.Zero);
    }

    // Of the weights 1, 2 and 3, a batch of two lacks the last with probability 1/6·2/5 + 2/6·1/4 = 0.15.
    [Test]
    public void Within_a_batch_rows_are_drawn_without_replacement()
    {
        var rows = new SampledRows([1, 2, 3]) { Weights = [1, 2, 3] };
        var batches = Enumerable.Range(0, 5000).SelectMany(seed => new WeightedSampler().Epoch(rows, 2, seed).Chunk(2)).ToArray();
        Assert.That(batches, Has.Length.EqualTo(10_000));
        Assert.That(batches.Count(batch => !batch.Contains(3)), Is.EqualTo(1500).Within(140), "four standard deviations");
    }

    [Test]
    public void One_row_of_nearly_all_weight_does_not_hold_up_the_others()
    {
        var weights = Enumerable.Repeat(1e-6f, 2000).ToArray();
        weights[77] = 1e6f;
        var rows = new SampledRows([.. Enumerable.Range(0, 2000)]) { Weights = weights };
        foreach (var batch in Shapes.AssertBatches(new WeightedSampler(), rows, 100, seed: 1))
            Assert.That(batch[0], Is.EqualTo(77));
    }
}
