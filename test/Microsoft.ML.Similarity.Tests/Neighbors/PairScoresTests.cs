using Microsoft.ML.Similarity.Neighbors;

namespace Microsoft.ML.Similarity.Tests.Neighbors;

public sealed class PairScoresTests
{
    [Test]
    public void Scores_are_those_of_the_definition([Values] NeighborMetric metric, [Values(1, 3, 4, 7, 8, 16, 17, 31, 64, 100)] int dimension)
    {
        var random = new Random(dimension);
        var scores = new PairScores(metric, dimension);
        for (var trial = 0; trial < 20; trial++)
        {
            var (left, right) = (Vector(random, dimension), Vector(random, dimension));
            var dot = left.Zip(right, (l, r) => (double)l * r).Sum();
            var expected = metric switch
            {
                NeighborMetric.InnerProduct => dot,
                NeighborMetric.Euclidean => -Math.Sqrt(left.Zip(right, (l, r) => ((double)l - r) * ((double)l - r)).Sum()),
                NeighborMetric.SquaredEuclidean => -left.Zip(right, (l, r) => ((double)l - r) * ((double)l - r)).Sum(),
                _ => dot / Math.Sqrt(left.Sum(l => (double)l * l) * right.Sum(r => (double)r * r)),
            };
            Assert.That(scores.Score(left, right), Is.EqualTo(expected).Within(2e-6 * Math.Max(1, Math.Abs(expected))));
            Assert.That(scores.Score(right, left), Is.EqualTo(scores.Score(left, right)), "either way round");
        }
    }

    [TestCase(1f)]
    [TestCase(1e-30f)]
    [TestCase(1e-42f)]
    [TestCase(3e38f)]
    public void The_cosine_does_not_depend_on_length(float scale)
    {
        var scores = new PairScores(NeighborMetric.Cosine, 3);
        float[] left = [0.5f * scale, 1 * scale, 0];
        Assert.That(scores.Score(left, left), Is.EqualTo(1));
        Assert.That(scores.Score(left, [-0.5f * scale, -1 * scale, 0]), Is.EqualTo(-1));
        Assert.That(scores.Score(left, [1, 2, 0]), Is.EqualTo(1).Within(1e-3));   // 1e-42 has few bits
        Assert.That(scores.Score(left, [0, 0, 7]), Is.Zero);
        Assert.That(scores.Score(left, [0, 0, 0]), Is.Zero);
        Assert.That(scores.Score([0, 0, 0], [0, 0, 0]), Is.Zero);
    }

    [Test]
    public void Equal_vectors_have_the_cosine_1([Values(2, 5, 33, 128)] int dimension)
    {
        var random = new Random(dimension);
        var scores = new PairScores(NeighborMetric.Cosine, dimension);
        for (var trial = 0; trial < 50; trial++)
        {
            var vector = Vector(random, dimension);
            Assert.That(scores.Score(vector, vector), Is.EqualTo(1));
            Assert.That(scores.Score(vector, [.. vector.Select(x => -2 * x)]), Is.EqualTo(-1));
        }
    }

    [Test]
    public void Values_that_are_not_finite_give_no_score(
        [Values] NeighborMetric metric,
        [Values(float.NaN, float.PositiveInfinity, float.NegativeInfinity)] float bad,
        [Values(0f, 1f, float.PositiveInfinity)] float other,
        [Values] bool onTheLeft)
    {
        var scores = new PairScores(metric, 2);
        Assert.That(onTheLeft ? scores.Score([bad, 1], [other, 1]) : scores.Score([other, 1], [bad, 1]), Is.NaN);
    }

    [Test]
    public void Sums_beyond_a_float_are_infinite()
    {
        Assert.That(new PairScores(NeighborMetric.Euclidean, 1).Score([3e38f], [-3e38f]), Is.EqualTo(float.NegativeInfinity));
        Assert.That(new PairScores(NeighborMetric.InnerProduct, 1).Score([3e38f], [3e38f]), Is.EqualTo(float.PositiveInfinity));
    }

    // The threshold found in Fit must stay where it is among the scores: no sum may depend on where its vectors lie in memory.
    [Test]
    public void A_score_does_not_depend_on_the_place_in_memory([Values] NeighborMetric metric)
    {
        const int dimension = 77;
        var random = new Random(1);
        var (left, right) = (Vector(random, dimension), Vector(random, dimension));
        var scores = new PairScores(metric, dimension);
        var expected = scores.Score(left, right);
        for (var offset = 0; offset < 16; offset++)
        {
            var moved = new float[dimension + 16];
            right.CopyTo(moved, offset);
            Assert.That(scores.Score(left, moved.AsSpan(offset, dimension)), Is.EqualTo(expected));
        }
    }

    [Test]
    public void Scoring_takes_no_memory([Values] NeighborMetric metric)
    {
        var random = new Random(1);
        var (left, right) = (Vector(random, 64), Vector(random, 64));
        var scores = new PairScores(metric, 64);
        scores.Score(left, right);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
            scores.Score(left, right);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    private static float[] Vector(Random random, int dimension) =>
        [.. Enumerable.Range(0, dimension).Select(_ => random.NextSingle() - 0.5f)];
}
