using System.Collections.Concurrent;
using Microsoft.ML.Similarity.Sampling;

namespace Microsoft.ML.Similarity.Tests.Training;

/// <summary>The batches of an epoch are dealt while the one before is trained.</summary>
public sealed class EpochPlanTests
{
    private static readonly MLContext Ml = new();

    [Test]
    public void Each_epoch_is_dealt_once_and_none_beyond_the_last()
    {
        var seeds = new ConcurrentQueue<int>();
        Fast.Fit(Ml, TrainingData.View(Ml, TrainingData.Blobs()), o => o.Sampler = new WatchedSampler(o.Sampler, seeds.Enqueue));
        Assert.That(seeds, Has.Count.EqualTo(3).And.Unique);
    }

    [Test]
    public void A_sampler_that_fails_in_a_later_epoch_says_so_itself()
    {
        var count = 0;
        Assert.That(
            () => Fast.Fit(Ml, TrainingData.View(Ml, TrainingData.Blobs()), o => o.Sampler = new WatchedSampler(o.Sampler, _ =>
            {
                if (++count == 2)
                    throw new InvalidOperationException("No such batch.");
            })),
            Throws.InvalidOperationException.With.Message.EqualTo("No such batch."));
    }

    private sealed record WatchedSampler(Sampler Inner, Action<int> Tell) : Sampler
    {
        internal override IReadOnlyList<string> Needs => Inner.Needs;

        public override int[] Epoch(SampledRows rows, int batchSize, int seed)
        {
            Tell(seed);
            return Inner.Epoch(rows, batchSize, seed);
        }
    }
}
