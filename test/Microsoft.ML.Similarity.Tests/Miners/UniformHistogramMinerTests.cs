using Microsoft.ML.Similarity.Distances;
using Microsoft.ML.Similarity.Losses;
using Microsoft.ML.Similarity.Miners;
using Microsoft.ML.Similarity.Tests.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Tests.Miners;

public sealed class UniformHistogramMinerTests
{
    [Test]
    public void Each_bin_gives_as_many_pairs_as_it_may_and_has([Values(1, 7, 100)] int bins, [Values(1, 3, 10)] int most, [Values(1, 2)] int seed)
    {
        using var scope = NewDisposeScope();
        var labels = Batches.UnbalancedLabels(seed, 40, 8);
        var batch = new EmbeddedBatch(Batches.Uniform(seed, 40, 4), Relation.FromLabels(tensor(labels)));
        var miner = new UniformHistogramMiner { NumberOfBins = bins, PositivesPerBin = most, NegativesPerBin = most + 1, Seed = seed };
        var (positives, negatives) = miner.Mine(batch).ToPairs();
        var distances = Batches.ToArray(batch.Distances(new EuclideanDistance()));
        AssertBins(positives, (i, j) => i != j && labels[i] == labels[j], most);
        AssertBins(negatives, (i, j) => labels[i] != labels[j], most + 1);

        void AssertBins(Tensor chosen, Func<int, int, bool> related, int limit)
        {
            var mask = Batches.ToArray(chosen);
            var pairs = (from i in Enumerable.Range(0, 40) from j in Enumerable.Range(0, 40) where related(i, j) select (i, j)).ToArray();
            var (least, largest) = (pairs.Min(p => distances[p.i, p.j]), pairs.Max(p => distances[p.i, p.j]));
            foreach (var bin in pairs.GroupBy(p => Math.Min(bins - 1, (int)((distances[p.i, p.j] - least) / (largest - least) * bins))))
                Assert.That(bin.Count(p => mask[p.i, p.j] == 1), Is.EqualTo(Math.Min(limit, bin.Count())), $"bin {bin.Key}");
            Assert.That(chosen.sum().ToInt64(), Is.EqualTo(pairs.Count(p => mask[p.i, p.j] == 1)), "no other pairs");
        }
    }

    // Of 12 positive pairs in one bin, each is among the three chosen about as often.
    [Test]
    public void Within_a_bin_pairs_come_alike()
    {
        using var scope = NewDisposeScope();
        var batch = new EmbeddedBatch(Batches.Uniform(1, 4, 3), Relation.FromLabels(tensor([1L, 1, 1, 1])));
        var counts = zeros(4, 4);
        for (var seed = 0; seed < 2000; seed++)
            counts.add_(new UniformHistogramMiner { NumberOfBins = 1, PositivesPerBin = 3, Seed = seed }.Mine(batch).Positives);
        Assert.That(counts.sum().ToDouble(), Is.EqualTo(6000));
        Assert.That(counts.diagonal().sum().ToDouble(), Is.Zero);
        Assert.That(counts.flatten().data<float>().ToArray().Where(count => count > 0), Is.All.EqualTo(500).Within(78).And.Exactly(12).Items, "four standard deviations");
    }

    [TestCase(new long[] { 4 }, 0, 0)]
    [TestCase(new long[] { 1, 1, 1 }, 6, 0)]
    [TestCase(new long[] { 1, 2, 3 }, 0, 6)]
    public void Without_pairs_of_a_kind_none_is_chosen(long[] labels, int positives, int negatives)
    {
        using var scope = NewDisposeScope();
        var relation = Relation.FromLabels(tensor(labels));
        foreach (var embeddings in new[] { Batches.Uniform(1, labels.Length, 3), ones(labels.Length, 3), zeros(labels.Length, 3) })
        {
            var selection = new UniformHistogramMiner().Mine(new EmbeddedBatch(embeddings, relation));
            Assert.That(selection.Positives.sum().ToInt64(), Is.EqualTo(positives));
            Assert.That(selection.Negatives.sum().ToInt64(), Is.EqualTo(negatives));
        }
    }

    [Test]
    public void Options_are_checked()
    {
        AssertRefused("NumberOfBins", () => new UniformHistogramMiner { NumberOfBins = 0 });
        AssertRefused("PositivesPerBin", () => new UniformHistogramMiner { PositivesPerBin = 0 });
        AssertRefused("NegativesPerBin", () => new UniformHistogramMiner { NegativesPerBin = 0 });

        static void AssertRefused(string name, Func<object> make) => Assert.That(make, Throws.TypeOf<ArgumentOutOfRangeException>()
            .With.Message.EqualTo($"{name} must be at least 1. (Parameter '{name}'){Environment.NewLine}Actual value was 0."));
    }
}
