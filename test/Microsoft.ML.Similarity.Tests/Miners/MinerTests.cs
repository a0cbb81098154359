using System.Text.Json;
using Microsoft.ML.Similarity.Distances;
using Microsoft.ML.Similarity.Losses;
using Microsoft.ML.Similarity.Miners;
using Microsoft.ML.Similarity.Tests.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Tests.Miners;

public sealed class MinerTests
{
    private static readonly Dictionary<string, Func<JsonElement, Miner>> Known = new()
    {
        ["BatchHard"] = _ => new BatchHardMiner(),
        ["Triplet"] = p => new TripletMarginMiner
        {
            Margin = p.Number("margin", 0.2),
            Kind = p.GetProperty("kind").GetString() switch
            {
                "semihard" => TripletKind.SemiHard,
                "hard" => TripletKind.Hard,
                "all violating" => TripletKind.All,
                var kind => throw new InvalidOperationException($"The kind '{kind}' is not known."),
            },
        },
        ["MultiSimilarity"] = p => new MultiSimilarityMiner { Epsilon = p.Number("epsilon", 0.1) },
        ["PairMargin"] = p => new PairMarginMiner { PositiveMargin = p.Number("posMargin", 0.2), NegativeMargin = p.Number("negMargin", 0.8) },
        ["Angular"] = p => new AngularMiner { AngleDegrees = p.Number("angleDegrees", 20), Distance = new EuclideanDistance { Normalize = false } },
        ["BatchEasyHard"] = p => new BatchEasyHardMiner { PositiveStrategy = Strategy(p, "pos"), NegativeStrategy = Strategy(p, "neg") },
    };

    private static readonly Miner[] All =
    [
        new BatchHardMiner(), new TripletMarginMiner(), new TripletMarginMiner { Kind = TripletKind.All }, new TripletMarginMiner { Kind = TripletKind.Hard },
        new MultiSimilarityMiner(), new BatchEasyHardMiner(), new BatchEasyHardMiner { PositiveStrategy = PairStrategy.Hard, NegativeStrategy = PairStrategy.Easy },
        new BatchEasyHardMiner { PositiveStrategy = PairStrategy.SemiHard, NegativeStrategy = PairStrategy.Hard },
        new AngularMiner(), new AngularMiner { AngleDegrees = 45 }, new DistanceWeightedMiner(),
    ];

    private static IEnumerable<TestCaseData> Entries() =>
        from entry in GoldenFile.Entries("miners")
        select new TestCaseData(entry).SetArgDisplayNames(GoldenFile.NameOf(entry, "miner"));

    [TestCaseSource(nameof(Entries))]
    public void Tuples_are_those_of_the_reference(JsonElement entry)
    {
        using var scope = NewDisposeScope();
        var miner = Known[entry.GetProperty("miner").GetString()!](entry.GetProperty("params"));
        var batch = new EmbeddedBatch(GoldenFile.Embeddings(ScalarType.Float64), Relation.FromLabels(GoldenFile.Labels()));
        var selection = miner.Mine(batch);
        var tuples = entry.GetProperty("tuples");
        if (tuples.ValueKind == JsonValueKind.Array)
        {
            Assert.That(selection.ToTriplets().data<long>().ToArray(), Is.EqualTo(Numbers(tuples)));
            return;
        }
        var (positives, negatives) = selection.ToPairs();
        Assert.That(positives.nonzero().data<long>().ToArray(), Is.EqualTo(Numbers(tuples.GetProperty("positive"))));
        Assert.That(negatives.nonzero().data<long>().ToArray(), Is.EqualTo(Numbers(tuples.GetProperty("negative"))));

        static IEnumerable<long> Numbers(JsonElement rows) => rows.EnumerateArray().SelectMany(row => row.EnumerateArray().Select(x => x.GetInt64()));
    }

    [Test]
    public void Pairs_are_those_of_the_triplets([ValueSource(nameof(All))] Miner miner)
    {
        using var scope = NewDisposeScope();
        var batch = new EmbeddedBatch(Batches.Uniform(1, 20, 3), Relation.FromLabels(tensor(Batches.UnbalancedLabels(2, 20, 6))));
        AssertPairs(miner.Mine(batch));
        AssertPairs(TupleSelection.All(batch.Relation));

        static void AssertPairs(TupleSelection selection)
        {
            var triplets = selection.ToTriplets().data<long>().ToArray().Chunk(3).ToArray();
            Assert.That(triplets, Is.Not.Empty);
            var (positives, negatives) = selection.ToPairs();
            Assert.That(Pairs(positives), Is.EqualTo(triplets.Select(t => (t[0], t[1])).Distinct().Order()));
            Assert.That(Pairs(negatives), Is.EqualTo(triplets.Select(t => (t[0], t[2])).Distinct().Order()));
        }
    }

    [TestCase(new long[] { 4 })]
    [TestCase(new long[] { 1, 1, 1 })]
    [TestCase(new long[] { 1, 2, 3 })]
    public void Without_triplets_nothing_is_chosen(long[] labels)
    {
        using var scope = NewDisposeScope();
        var relation = Relation.FromLabels(tensor(labels));
        var batch = new EmbeddedBatch(Batches.Uniform(1, labels.Length, 3), relation);
        foreach (var selection in All.Select(miner => miner.Mine(batch)).Append(TupleSelection.All(relation)))
        {
            Assert.That(selection.ToTriplets().shape, Is.EqualTo(new long[] { 0, 3 }));
            var (positives, negatives) = selection.ToPairs();
            Assert.That(positives.any().ToBoolean() || negatives.any().ToBoolean(), Is.False);
        }
    }

    [Test]
    public void Of_equal_distances_batch_hard_takes_the_first_row()
    {
        using var scope = NewDisposeScope();
        var batch = new EmbeddedBatch(tensor(new double[,] { { 0, 0 }, { 1, 0 }, { 0, 1 }, { -1, 0 }, { 0, -1 } }), Relation.FromLabels(tensor([1L, 1, 1, 2, 2])));
        var miner = new BatchHardMiner { Distance = new EuclideanDistance { Normalize = false } };
        Assert.That(miner.Mine(batch).ToTriplets().data<long>().ToArray().Take(3), Is.EqualTo(new long[] { 0, 1, 3 }));
    }

    // A negative at the positive's own distance is a hard one.
    [Test]
    public void Equal_rows_of_two_classes_are_hard_not_semi_hard()
    {
        using var scope = NewDisposeScope();
        var batch = new EmbeddedBatch(ones(3, 2), Relation.FromLabels(tensor([1L, 1, 2])));
        Assert.That(new TripletMarginMiner().Mine(batch).ToTriplets().shape[0], Is.Zero);
        Assert.That(new TripletMarginMiner { Kind = TripletKind.Hard }.Mine(batch).ToTriplets().shape[0], Is.EqualTo(2));
        Assert.That(new TripletMarginMiner { Kind = TripletKind.All }.Mine(batch).ToTriplets().shape[0], Is.EqualTo(2));
    }

    [Test]
    public void Mining_first_does_not_take_the_gradient_from_the_loss([ValueSource(nameof(All))] Miner miner)
    {
        using var scope = NewDisposeScope();
        var embeddings = Batches.Uniform(1, 20, 3).requires_grad_();
        var batch = new EmbeddedBatch(embeddings, Relation.FromLabels(tensor(Batches.UnbalancedLabels(2, 20, 4))));
        TupleSelection selection;
        using (no_grad())
            selection = miner.Mine(batch);
        using var module = new TripletLoss().CreateModule();
        module.call(batch, selection).Value.backward();
        Assert.That(embeddings.grad!.abs().max().ToDouble(), Is.GreaterThan(0));
    }

    [Test]
    public void An_unknown_kind_is_refused() =>
        Assert.That(() => new TripletMarginMiner { Kind = (TripletKind)7 }, Throws.TypeOf<ArgumentOutOfRangeException>()
            .With.Message.EqualTo($"Kind must be All, SemiHard or Hard. (Parameter 'Kind'){Environment.NewLine}Actual value was 7."));

    private static PairStrategy Strategy(JsonElement parameters, string name) =>
        Enum.Parse<PairStrategy>(parameters.GetProperty(name).GetString()!, ignoreCase: true);

    private static IEnumerable<(long, long)> Pairs(Tensor mask) =>
        mask.nonzero().data<long>().ToArray().Chunk(2).Select(pair => (pair[0], pair[1]));
}
