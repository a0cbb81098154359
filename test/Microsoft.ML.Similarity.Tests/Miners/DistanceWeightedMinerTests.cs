using Microsoft.ML.Similarity.Distances;
using Microsoft.ML.Similarity.Losses;
using Microsoft.ML.Similarity.Miners;
using Microsoft.ML.Similarity.Tests.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Tests.Miners;

public sealed class DistanceWeightedMinerTests
{
    // One anchor and positive, nine negatives at distances on both sides of the cutoffs.
    [TestCase(0.5, 1.4)]
    [TestCase(1.0, 1.2)]
    public void Negatives_are_drawn_by_the_weights_of_a_plain_loop(double cutoff, double nonZeroLossCutoff)
    {
        const int dimension = 6, rows = 11, draws = 4000;
        using var scope = NewDisposeScope();
        var embeddings = Batches.Uniform(5, rows, dimension) * 0.7;
        embeddings[.., 0] += 0.6;
        var batch = new EmbeddedBatch(embeddings, Relation.FromLabels(tensor([1L, 1, .. Enumerable.Range(2, rows - 2).Select(i => (long)i)])));
        var distances = Batches.ToArray(batch.Distances(new EuclideanDistance()));
        var weights = new double[rows];
        for (var n = 2; n < rows; n++)
        {
            var d = Math.Max(cutoff, distances[0, n]);
            if (distances[0, n] < nonZeroLossCutoff)
                weights[n] = 1 / (Math.Pow(d, dimension - 2) * Math.Pow(1 - d * d / 4, (dimension - 3) / 2.0));
        }
        Assert.That(weights.Count(w => w > 0), Is.GreaterThan(3), "the case has something to draw from");

        var counts = new double[rows];
        for (var seed = 0; seed < draws; seed++)
        {
            using var step = NewDisposeScope();
            var triplets = new DistanceWeightedMiner { Cutoff = cutoff, NonZeroLossCutoff = nonZeroLossCutoff, Seed = seed }.Mine(batch).ToTriplets().data<long>().ToArray();
            Assert.That(triplets.Take(2), Is.EqualTo(new long[] { 0, 1 }));
            counts[triplets[2]]++;
        }
        var total = weights.Sum();
        Assert.That(counts.Where((_, n) => weights[n] == 0).Sum(), Is.Zero);
        var chiSquare = Enumerable.Range(0, rows).Where(n => weights[n] > 0).Sum(n => Math.Pow(counts[n] - draws * weights[n] / total, 2) / (draws * weights[n] / total));
        Assert.That(chiSquare, Is.LessThan(26.1), "at most eight degrees of freedom, one in a thousand");
    }

    [Test]
    public void Each_positive_pair_has_one_negative_near_enough([Values(3, 128, 2048)] int dimension, [Values] bool wide)
    {
        using var scope = NewDisposeScope();
        var labels = Batches.UnbalancedLabels(1, 40, 8);
        var batch = new EmbeddedBatch(Batches.Uniform(1, 40, dimension, ScalarType.Float32), Relation.FromLabels(tensor(labels)));
        var miner = new DistanceWeightedMiner { NonZeroLossCutoff = wide ? 2 : 1.4 };
        var selection = miner.Mine(batch);
        var distances = Batches.ToArray(batch.Distances(miner.Distance!));
        var triplets = selection.ToTriplets().data<long>().ToArray().Chunk(3).ToArray();
        var pairs = from a in Enumerable.Range(0, 40)
                    from p in Enumerable.Range(0, 40)
                    where a != p && labels[a] == labels[p] && Enumerable.Range(0, 40).Any(n => labels[n] != labels[a] && distances[a, n] < miner.NonZeroLossCutoff)
                    select ((long)a, (long)p);
        Assert.That(triplets.Select(t => (t[0], t[1])), Is.EqualTo(pairs).And.Not.Empty);
        Assert.That(triplets.All(t => labels[t[2]] != labels[t[0]] && distances[t[0], t[2]] < miner.NonZeroLossCutoff));
        Assert.That(miner.Mine(batch).ToTriplets().data<long>().ToArray(), Is.EqualTo(triplets.SelectMany(t => t)), "the same batch, the same draws");
    }

    [Test]
    public void Another_seed_and_a_step_of_training_give_other_draws()
    {
        using var scope = NewDisposeScope();
        var (embeddings, relation) = (Batches.Uniform(1, 40, 16, ScalarType.Float32), Relation.FromLabels(tensor(Batches.UnbalancedLabels(1, 40, 8))));
        var draws = Draws(embeddings, seed: 0);
        Assert.That(Draws(embeddings, seed: 1), Is.Not.EqualTo(draws));
        Assert.That(Draws(embeddings + 1e-6f, seed: 0), Is.Not.EqualTo(draws));
        Assert.That(Draws(embeddings, seed: 0), Is.EqualTo(draws));

        double[] Draws(Tensor rows, int seed) => PairDraws.Of(new EmbeddedBatch(rows, relation), seed).data<double>().ToArray();
    }

    // 100 equal parts of 0 to 1 have about as many of 40 000 draws each, and neighbours are not alike.
    [Test]
    public void Draws_are_uniform_and_independent([Values(0, 1, -1, int.MaxValue)] int seed)
    {
        using var scope = NewDisposeScope();
        var batch = new EmbeddedBatch(Batches.Uniform(1, 200, 4), Relation.FromLabels(arange(200)));
        var draws = PairDraws.Of(batch, seed).data<double>().ToArray();
        Assert.That(draws, Is.All.GreaterThan(0).And.All.LessThan(1));
        var chiSquare = draws.CountBy(x => (int)(100 * x)).Sum(x => Math.Pow(x.Value - 400, 2) / 400);
        Assert.That(chiSquare, Is.InRange(50, 149), "99 degrees of freedom, one in a thousand");
        foreach (var lag in new[] { 1, 2, 200 })
        {
            var correlation = draws.Skip(lag).Zip(draws, (x, y) => 12 * (x - 0.5) * (y - 0.5)).Average();
            Assert.That(correlation, Is.EqualTo(0).Within(4 / Math.Sqrt(draws.Length)));
        }
    }

    [Test]
    public void Rows_of_zeros_and_equal_rows_give_finite_losses([Values(2, 3, 2048)] int dimension)
    {
        using var scope = NewDisposeScope();
        var embeddings = cat([zeros(2, dimension), ones(3, dimension), -ones(2, dimension)]).requires_grad_();
        var batch = new EmbeddedBatch(embeddings, Relation.FromLabels(tensor([1L, 2, 1, 2, 2, 1, 1])));
        using var module = new MarginLoss().CreateModule();
        var value = module.call(batch, new DistanceWeightedMiner { NonZeroLossCutoff = 2 }.Mine(batch)).Value;
        value.backward();
        Assert.That(value.ToDouble(), Is.Not.NaN.And.GreaterThan(0));
        Assert.That(embeddings.grad!.isfinite().all().ToBoolean());
    }

    [Test]
    public void Options_are_checked()
    {
        AssertRefused("Cutoff", 0.01, 0, () => new DistanceWeightedMiner { Cutoff = 0 });
        AssertRefused("NonZeroLossCutoff", 0, 2.1, () => new DistanceWeightedMiner { NonZeroLossCutoff = 2.1 });
        using var scope = NewDisposeScope();
        var batch = new EmbeddedBatch(ones(2, 2), Relation.FromLabels(tensor([1L, 1])));
        Assert.That(() => new DistanceWeightedMiner { Distance = new EuclideanDistance { Normalize = false } }.Mine(batch), Throws.InvalidOperationException
            .With.Message.EqualTo("Distance is EuclideanDistance { Normalize = False }, but the weights are those of a EuclideanDistance with Normalize true."));

        static void AssertRefused(string name, double least, double value, Func<object> make) => Assert.That(make, Throws.TypeOf<ArgumentOutOfRangeException>()
            .With.Message.EqualTo($"{name} must be at least {least} and at most 2. (Parameter '{name}'){Environment.NewLine}Actual value was {value}."));
    }
}
