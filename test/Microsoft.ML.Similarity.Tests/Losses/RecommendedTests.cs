using Microsoft.ML.Similarity.Losses;
using Microsoft.ML.Similarity.Losses.Pairs;
using Microsoft.ML.Similarity.Losses.Views;

namespace Microsoft.ML.Similarity.Tests.Losses;

/// <summary>What to begin with.</summary>
public sealed class RecommendedTests
{
    [TestCase(1, 1, typeof(NTXentLoss))]
    [TestCase(500, 10, typeof(NTXentLoss))]
    [TestCase(501, 10, typeof(ContrastiveLoss))]
    [TestCase(50L * int.MaxValue, int.MaxValue, typeof(NTXentLoss))]
    [TestCase(50L * int.MaxValue + 1, int.MaxValue, typeof(ContrastiveLoss))]
    public void Labelled_rows(long rows, int classes, Type expected) =>
        Assert.That(Loss.Recommended(rows, classes), Is.EqualTo(Activator.CreateInstance(expected)));

    [TestCase(PairData.Labeled, 4999, typeof(OnlineContrastivePairLoss))]
    [TestCase(PairData.Labeled, 5000, typeof(ContrastivePairLoss))]
    [TestCase(PairData.Positive, 999, typeof(MultipleNegativesRankingLoss))]
    [TestCase(PairData.Positive, 1000, typeof(ViewNTXentLoss))]
    [TestCase(PairData.Scored, 1, typeof(CoSentLoss))]
    [TestCase(PairData.Scored, long.MaxValue, typeof(CoSentLoss))]
    [TestCase(PairData.Triplets, 4999, typeof(ExplicitTripletLoss))]
    [TestCase(PairData.Triplets, 5000, typeof(MultipleNegativesRankingLoss))]
    public void Pairs(PairData data, long pairs, Type expected) =>
        Assert.That(PairLoss.Recommended(data, pairs), Is.EqualTo(Activator.CreateInstance(expected)));

    [Test]
    public void The_page_on_losses_names_both() => Assert.That(
        File.ReadAllText(Path.Combine(Repository.Root, "docs", "losses.md")), Does.Contain("`Loss.Recommended(rows, classes)`").And.Contain("`PairLoss.Recommended(data, pairs)`"));

    [Test]
    public void Sizes_that_are_too_small_are_refused()
    {
        Refused(() => Loss.Recommended(5, 0), $"classes must be at least 1. (Parameter 'classes'){Environment.NewLine}Actual value was 0.");
        Refused(() => Loss.Recommended(5, 6), $"rows must be at least classes, 6. (Parameter 'rows'){Environment.NewLine}Actual value was 5.");
        Refused(() => PairLoss.Recommended(PairData.Positive, 0), $"pairs must be at least 1. (Parameter 'pairs'){Environment.NewLine}Actual value was 0.");
        Refused(() => PairLoss.Recommended((PairData)9, 1), $"data must be Labelled, Positive, Scored or Triplets. (Parameter 'data'){Environment.NewLine}Actual value was 9.");

        static void Refused(Func<object> make, string message) => Assert.That(make, Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.EqualTo(message));
    }
}
