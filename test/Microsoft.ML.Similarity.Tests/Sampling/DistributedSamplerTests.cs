using Microsoft.ML.Similarity.Sampling;

namespace Microsoft.ML.Similarity.Tests.Sampling;

public sealed class DistributedSamplerTests
{
    [Test]
    public void The_shares_of_all_processes_are_the_inner_epoch([Values(1, 2, 3)] int worldSize, [Range(0, 2)] int seed)
    {
        foreach (var inner in new Sampler[] { new ShuffleSampler(), new ClassSampler { RowsPerClass = 2 }, new CategorySampler { RowsPerClass = 2 } })
        {
            foreach (var (rows, batchSize, epochSeed) in Shapes.Random(seed, 30))
            {
                if (rows.Count < batchSize * worldSize)
                    continue;
                int[][] shares = [.. Enumerable.Range(0, worldSize).Select(rank =>
                    Shapes.AssertBatches(new DistributedSampler { Inner = inner, Rank = rank, WorldSize = worldSize }, rows, batchSize, epochSeed).SelectMany(batch => batch).ToArray())];
                var plan = inner.Epoch(rows, batchSize * worldSize, epochSeed);
                foreach (var (step, global) in plan.Chunk(batchSize * worldSize).Index())
                    Assert.That(shares.SelectMany(share => share.Skip(step * batchSize).Take(batchSize)), Is.EqualTo(global));
                Assert.That(shares.Sum(share => share.Length), Is.EqualTo(plan.Length));
            }
        }
    }

    [Test]
    public void What_cannot_be_shared_is_refused()
    {
        var rows = new SampledRows([.. Enumerable.Range(0, 10)]);
        Assert.That(() => new DistributedSampler { Rank = 2, WorldSize = 2 }.Epoch(rows, 2, seed: 1), Throws.InvalidOperationException
            .With.Message.EqualTo("Rank must be below WorldSize; got Rank 2 and WorldSize 2."));
        Assert.That(() => new DistributedSampler { WorldSize = 3 }.Epoch(rows, 4, seed: 1), Throws.InvalidOperationException
            .With.Message.EqualTo("A global batch is 3 processes × 4 rows, but there are only 10 rows. Lower the batch size to at most 3."));
        Assert.That(() => new DistributedSampler { WorldSize = int.MaxValue }.Epoch(rows, 4, seed: 1), Throws.InvalidOperationException);
    }
}
