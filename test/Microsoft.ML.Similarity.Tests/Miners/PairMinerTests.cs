using Microsoft.ML.Similarity.Losses;
using Microsoft.ML.Similarity.Miners;
using Microsoft.ML.Similarity.Tests.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Tests.Miners;

/// <summary>Miners of pairs against loops.</summary>
public sealed class PairMinerTests
{
    private static readonly long[] Labels = [0, 0, 0, 1, 1, 2, 2, 3, 1, 0];

    private static readonly PairStrategy[] Single = [PairStrategy.Easy, PairStrategy.SemiHard, PairStrategy.Hard];

    [Test]
    public void Easy_and_hard_choices_are_those_of_a_loop([ValueSource(nameof(Single))] PairStrategy positive, [ValueSource(nameof(Single))] PairStrategy negative)
    {
        using var scope = NewDisposeScope();
        var miner = new BatchEasyHardMiner { PositiveStrategy = positive, NegativeStrategy = negative };
        var embeddings = Batches.Uniform(4, Labels.Length, 3);
        var batch = new EmbeddedBatch(embeddings, Relation.FromLabels(tensor(Labels)));
        if (positive == PairStrategy.SemiHard && negative == PairStrategy.SemiHard)
        {
            Assert.That(() => miner.Mine(batch), Throws.InvalidOperationException.With.Message.EqualTo(
                "PositiveStrategy is SemiHard, which is relative to the one pair the other strategy chooses; NegativeStrategy is SemiHard, but must be Easy or Hard."));
            return;
        }
        var d = PlainLoops.Distances(Batches.ToArray(embeddings));
        var expected = new List<long>();
        for (var a = 0; a < Labels.Length; a++)
        {
            int[] positives = [.. Rows(i => i != a && Labels[i] == Labels[a])];
            int[] negatives = [.. Rows(i => Labels[i] != Labels[a])];
            int? n = negative switch
            {
                PairStrategy.Easy => First(negatives.OrderByDescending(i => d[a, i])),
                PairStrategy.Hard => First(negatives.OrderBy(i => d[a, i])),
                _ => null,
            };
            int? p = positive switch
            {
                PairStrategy.Easy => First(positives.OrderBy(i => d[a, i])),
                PairStrategy.Hard => First(positives.OrderByDescending(i => d[a, i])),
                _ => First(positives.Where(i => d[a, i] < d[a, n!.Value]).OrderByDescending(i => d[a, i])),
            };
            if (negative == PairStrategy.SemiHard && p is not null)
                n = First(negatives.Where(i => d[a, i] > d[a, p.Value]).OrderBy(i => d[a, i]));
            if (p is not null && n is not null)
                expected.AddRange([a, p.Value, n.Value]);
        }
        Assert.That(expected, Is.Not.Empty);
        Assert.That(miner.Mine(batch).ToTriplets().data<long>().ToArray(), Is.EqualTo(expected));

        static int? First(IEnumerable<int> rows) => rows.Select(i => (int?)i).FirstOrDefault();
        static IEnumerable<int> Rows(Func<int, bool> which) => Enumerable.Range(0, Labels.Length).Where(which);
    }

    [Test]
    public void All_of_a_kind_are_pairs_of_their_own([Values(PairStrategy.Easy, PairStrategy.Hard, PairStrategy.All)] PairStrategy other)
    {
        using var scope = NewDisposeScope();
        var batch = new EmbeddedBatch(Batches.Uniform(4, Labels.Length, 3), Relation.FromLabels(tensor(Labels)));
        var (positives, _) = new BatchEasyHardMiner { PositiveStrategy = PairStrategy.All, NegativeStrategy = other }.Mine(batch).ToPairs();
        Assert.That(positives.eq(batch.Relation.Positives).all().ToBoolean());
        var (chosen, negatives) = new BatchEasyHardMiner { PositiveStrategy = other, NegativeStrategy = PairStrategy.All }.Mine(batch).ToPairs();
        Assert.That(negatives.eq(batch.Relation.Negatives).all().ToBoolean(), "row 7, which has no positive, too");
        if (other != PairStrategy.All)
            Assert.That(chosen.sum().ToInt64(), Is.EqualTo(Labels.Length - 1), "one for each that has any");
    }

    [Test]
    public void Semi_hard_needs_one_choice_of_the_other_kind([Values] bool positive)
    {
        using var scope = NewDisposeScope();
        var batch = new EmbeddedBatch(Batches.Uniform(4, Labels.Length, 3), Relation.FromLabels(tensor(Labels)));
        var (semiHard, all) = positive ? ("PositiveStrategy", "NegativeStrategy") : ("NegativeStrategy", "PositiveStrategy");
        var miner = positive
            ? new BatchEasyHardMiner { PositiveStrategy = PairStrategy.SemiHard, NegativeStrategy = PairStrategy.All }
            : new BatchEasyHardMiner { PositiveStrategy = PairStrategy.All, NegativeStrategy = PairStrategy.SemiHard };
        Assert.That(() => miner.Mine(batch), Throws.InvalidOperationException.With.Message.EqualTo(
            $"{semiHard} is SemiHard, which is relative to the one pair the other strategy chooses; {all} is All, but must be Easy or Hard."));
    }

    // Of three classes of one row each, no triplet can be made.
    [Test]
    public void Pairs_without_the_other_kind_are_kept_for_losses_on_pairs()
    {
        using var scope = NewDisposeScope();
        var batch = new EmbeddedBatch(tensor(new double[,] { { 1, 0 }, { 1, 0.1 }, { -1, 0 } }), Relation.FromLabels(tensor([1L, 2, 3])));
        var selection = new PairMarginMiner().Mine(batch);
        var (positives, negatives) = selection.ToPairs();
        Assert.That(positives.any().ToBoolean(), Is.False);
        Assert.That(negatives.nonzero().data<long>().ToArray(), Is.EqualTo(new long[] { 0, 1, 1, 0 }));
        Assert.That(selection.ToTriplets().shape[0], Is.Zero);
        using var module = new ContrastiveLoss().CreateModule();
        Assert.That(module.call(batch, selection).Value.ToDouble(), Is.GreaterThan(0.8));
    }

    [Test]
    public void The_multi_similarity_miner_compares_by_cosine_unless_told_otherwise()
    {
        Assert.That(new MultiSimilarityMiner().Distance, Is.EqualTo(new Microsoft.ML.Similarity.Distances.CosineDistance()));
        Assert.That(new MultiSimilarityMiner { Epsilon = 0.2 }, Is.Not.EqualTo(new MultiSimilarityMiner()));
    }

    [Test]
    public void Options_out_of_range_are_refused()
    {
        AssertRefused(() => new MultiSimilarityMiner { Epsilon = double.NaN }, "Epsilon must be a finite number. (Parameter 'Epsilon')", "NaN");
        AssertRefused(() => new PairMarginMiner { PositiveMargin = double.NaN }, "PositiveMargin must be a finite number. (Parameter 'PositiveMargin')", "NaN");
        AssertRefused(() => new PairMarginMiner { NegativeMargin = double.NaN }, "NegativeMargin must be a finite number. (Parameter 'NegativeMargin')", "NaN");
        AssertRefused(() => new BatchEasyHardMiner { PositiveStrategy = (PairStrategy)9 }, "PositiveStrategy must be Easy, SemiHard, Hard or All. (Parameter 'PositiveStrategy')", "9");
        AssertRefused(() => new BatchEasyHardMiner { NegativeStrategy = (PairStrategy)9 }, "NegativeStrategy must be Easy, SemiHard, Hard or All. (Parameter 'NegativeStrategy')", "9");

        static void AssertRefused(Func<object> make, string message, string value) => Assert.That(make, Throws.TypeOf<ArgumentOutOfRangeException>()
            .With.Message.EqualTo($"{message}{Environment.NewLine}Actual value was {value}."));
    }
}
