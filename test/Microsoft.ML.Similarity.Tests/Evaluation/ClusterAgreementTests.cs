using Microsoft.ML.Similarity.Evaluation;

namespace Microsoft.ML.Similarity.Tests.Evaluation;

public sealed class ClusterAgreementTests
{
    [Test]
    public void Measures_equal_the_reference()
    {
        var agreement = new ClusterAgreement(GoldenPairMetrics.Classes("clusterA"), GoldenPairMetrics.Classes("clusterB"));
        Assert.That(agreement.NormalizedMutualInformation, Is.EqualTo(GoldenPairMetrics.Number("nmi")).Within(1e-12));
        Assert.That(agreement.AdjustedMutualInformation, Is.EqualTo(GoldenPairMetrics.Number("ami")).Within(1e-12));
        Assert.That(agreement.AdjustedRandIndex, Is.EqualTo(GoldenPairMetrics.Number("ari")).Within(1e-12));
    }

    // Chance is the mean over all orders of one side; 7 rows have 5040.
    [TestCase(new[] { 0, 0, 0, 1, 1, 2, 2 }, new[] { 5, 5, 6, 6, 6, 6, 5 })]
    [TestCase(new[] { 0, 1, 2, 3, 3, 3, 3 }, new[] { 0, 0, 0, 0, 0, 0, 1 })]
    [TestCase(new[] { 9, 9, 9, 9, 9, 9, 4 }, new[] { 1, 2, 1, 2, 1, 2, 1 })]
    public void Chance_equals_the_mean_over_all_permutations(int[] left, int[] right)
    {
        int[][] permutations = [.. Permutations(right, 0)];
        Assert.That(permutations, Has.Length.EqualTo(5040));
        var information = permutations.Average(x => Information(left, x));
        var pairs = permutations.Average(x => Together(left, x));
        var entropy = (Information(left, left) + Information(right, right)) / 2;
        var most = (Together(left, left) + Together(right, right)) / 2;

        var agreement = new ClusterAgreement(left, right);
        Assert.That(agreement.NormalizedMutualInformation, Is.EqualTo(Information(left, right) / entropy).Within(1e-12));
        Assert.That(agreement.AdjustedMutualInformation, Is.EqualTo((Information(left, right) - information) / (entropy - information)).Within(1e-11));
        Assert.That(agreement.AdjustedRandIndex, Is.EqualTo((Together(left, right) - pairs) / (most - pairs)).Within(1e-11));
    }

    [TestCase(new[] { 3 }, new[] { 8 })]
    [TestCase(new[] { 1, 1, 1 }, new[] { 2, 2, 2 })]
    [TestCase(new[] { 1, 2, 3 }, new[] { 7, 5, 6 })]
    [TestCase(new[] { 1, 2, 1, 3 }, new[] { -1, 0, -1, 9 })]
    public void Equal_partitions_agree_fully(int[] left, int[] right)
    {
        var agreement = new ClusterAgreement(left, right);
        Assert.That(agreement.NormalizedMutualInformation, Is.EqualTo(1));
        Assert.That(agreement.AdjustedMutualInformation, Is.EqualTo(1));
        Assert.That(agreement.AdjustedRandIndex, Is.EqualTo(1));
    }

    [Test]
    public void One_part_tells_nothing_and_neither_do_single_rows()
    {
        int[] classes = [0, 0, 1, 1, 2, 2];
        foreach (var (clusters, normalized) in new[] { (new int[6], 0), (new[] { 0, 1, 2, 3, 4, 5 }, 2 * Math.Log(3) / (Math.Log(3) + Math.Log(6))) })
        {
            var agreement = new ClusterAgreement(classes, clusters);
            Assert.That(agreement.NormalizedMutualInformation, Is.EqualTo(normalized).Within(1e-14));
            Assert.That(agreement.AdjustedMutualInformation, Is.Zero.Within(1e-14));
            Assert.That(agreement.AdjustedRandIndex, Is.Zero.Within(1e-14));
        }
    }

    [Test]
    public void Chance_is_0_for_many_rows()
    {
        var random = new Random(1);
        var (left, right) = (new int[200_000], new int[200_000]);
        for (var i = 0; i < left.Length; i++)
            (left[i], right[i]) = (random.Next(1000), random.Next(500));
        var agreement = new ClusterAgreement(left, right);
        Assert.That(agreement.NormalizedMutualInformation, Is.GreaterThan(0.1));
        Assert.That(agreement.AdjustedMutualInformation, Is.Zero.Within(1e-3));
        Assert.That(agreement.AdjustedRandIndex, Is.Zero.Within(1e-4));
    }

    [Test]
    public void Partitions_of_different_rows_are_refused() =>
        Assert.That(() => new ClusterAgreement([1, 2], [1]), Throws.ArgumentException
            .With.Message.EqualTo("The partitions have 2 and 1 rows; they need equally many, at least 1. (Parameter 'right')"));

    private static double Information(int[] left, int[] right)
    {
        var sum = 0d;
        foreach (var a in left.Distinct())
        {
            foreach (var b in right.Distinct())
            {
                double both = left.Zip(right).Count(x => x == (a, b)), inLeft = left.Count(x => x == a), inRight = right.Count(x => x == b);
                if (both > 0)
                    sum += both / left.Length * Math.Log(both * left.Length / (inLeft * inRight));
            }
        }
        return sum;
    }

    private static double Together(int[] left, int[] right)
    {
        var count = 0;
        for (var i = 0; i < left.Length; i++)
        {
            for (var j = 0; j < i; j++)
                count += left[i] == left[j] && right[i] == right[j] ? 1 : 0;
        }
        return count;
    }

    private static IEnumerable<int[]> Permutations(int[] values, int fixedCount)
    {
        if (fixedCount == values.Length)
            yield return [.. values];
        for (var i = fixedCount; i < values.Length; i++)
        {
            (values[fixedCount], values[i]) = (values[i], values[fixedCount]);
            foreach (var permutation in Permutations(values, fixedCount + 1))
                yield return permutation;
            (values[fixedCount], values[i]) = (values[i], values[fixedCount]);
        }
    }
}
