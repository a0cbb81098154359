using Microsoft.ML.Similarity.Distances;
using Microsoft.ML.Similarity.Losses;
using Microsoft.ML.Similarity.Losses.Memory;
using Microsoft.ML.Similarity.Miners;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Tests.Losses;

/// <summary>Batches from which little or nothing can be learned; on the <see cref="TestDevice"/>.</summary>
public sealed class DegenerateBatchTests
{
    private static readonly Loss[] Losses =
    [
        new TripletLoss(), new TripletLoss { SoftMargin = true }, new TripletLoss { Margin = 0 }, new ContrastiveLoss(),
        new TripletLoss { Distance = new EuclideanDistance { Normalize = false } },
        new ContrastiveLoss { Distance = new EuclideanDistance { Normalize = false } },
    ];

    // Every loss there is, as declared by default, and what takes another path in the code.
    private static readonly Loss[] All =
    [
        .. LossExamples.Losses,
        new TripletLoss { SoftMargin = true }, new TripletLoss { Swap = true }, new TripletLoss { Swap = true, SoftMargin = true },
        new MarginLoss { BetaKind = BetaKind.Shared, Nu = 0.1 }, new MarginLoss { BetaKind = BetaKind.PerClass, Nu = 0.1 },
        new PnpLoss { Variant = PnpVariant.DecreasingLog }, new PnpLoss { Variant = PnpVariant.DecreasingQuotient },
        new PnpLoss { Variant = PnpVariant.IncreasingUnbounded }, new PnpLoss { Variant = PnpVariant.IncreasingBounded },
        new RankedListLoss { PositiveTemperature = 10 }, new NPairsLoss { Distance = new InnerProductDistance() },
        new ContrastiveLoss { Distance = new LpDistance() }, new ContrastiveLoss { Distance = new EuclideanDistance { Normalize = false } },
        new TripletLoss { Distance = new EuclideanDistance { Normalize = false } },
        new NcaLoss { Distance = new SquaredEuclideanDistance { Normalize = false } },
        new EmbeddingNormLoss { P = 1 }, new EmbeddingNormLoss { P = 1.5, Power = 2 }, new EmbeddingNormLoss { P = 4, Power = 1.5 },
    ];

    private static readonly Miner?[] Miners =
    [
        null, new BatchHardMiner(), new TripletMarginMiner(),
        new TripletMarginMiner { Kind = TripletKind.All }, new TripletMarginMiner { Kind = TripletKind.Hard },
        new AngularMiner(), new DistanceWeightedMiner(),
    ];

    private static readonly ScalarType[] Types = [ScalarType.Float16, ScalarType.BFloat16, ScalarType.Float32, ScalarType.Float64];

    // The contrastive loss without a miner learns from one class, and from classes all different.
    private static IEnumerable<TestCaseData> WithoutTriplets() =>
        from loss in Losses
        from miner in Miners
        from labels in new long[][] { [3], [5, 5, 5, 5], [1, 2, 3, 4] }
        where loss is TripletLoss || miner is not null || labels.Length == 1
        select new TestCaseData(loss, miner, labels);

    [TestCaseSource(nameof(WithoutTriplets))]
    public void Where_no_triplet_can_be_formed_the_loss_is_0(Loss loss, Miner? miner, long[] labels)
    {
        using var scope = NewDisposeScope();
        foreach (var type in Types)
            AssertNothingLearned(loss, miner, Batches.Uniform(1, labels.Length, 3, type), labels);
    }

    [Test]
    public void Where_one_class_or_all_different_the_contrastive_loss_has_its_other_half(
        [ValueSource(nameof(Types))] ScalarType type, [Values] bool oneClass)
    {
        using var scope = NewDisposeScope();
        var embeddings = tensor(new float[,] { { 1, 0 }, { 0.75f, 0 }, { 0.5f, 0 } }).to(type);
        var loss = new ContrastiveLoss { Distance = new EuclideanDistance { Normalize = false } };
        // Distances 0.25, 0.25 and 0.5: to 0 for one class, to 1 for three.
        long[] labels = oneClass ? [7, 7, 7] : [7, 8, 9];
        var value = loss.Compute(embeddings, tensor(labels)).ToDouble();
        Assert.That(value, Is.EqualTo(oneClass ? 1.0 / 3 : 2.0 / 3).Within(1e-6));
    }

    [Test]
    public void Satisfied_batches_give_0([ValueSource(nameof(Types))] ScalarType type, [Values(0, 1)] int which)
    {
        using var scope = NewDisposeScope();
        var embeddings = tensor(new float[,] { { 1, 0 }, { 1, 0 }, { -1, 0 }, { -1, 0 } }).to(type);
        AssertNothingLearned(which == 0 ? new TripletLoss() : new ContrastiveLoss(), null, embeddings, [1, 1, 2, 2]);
    }

    [Test]
    public void Weights_of_0_leave_nothing([ValueSource(nameof(Losses))] Loss loss, [ValueSource(nameof(Miners))] Miner? miner)
    {
        using var scope = NewDisposeScope();
        AssertNothingLearned(loss, miner, Batches.Uniform(1, 6, 3), [1, 1, 1, 2, 2, 3], zeros(6), active: null);
    }

    private static bool IsAboutSingleRows(Loss loss) => loss is EmbeddingNormLoss or ZeroMeanLoss;

    // Which losses learn from one class only: those that draw positives together whatever else there is.
    private static bool LearnsFromOneClass(Loss loss) => loss is ContrastiveLoss or SignalToNoiseContrastiveLoss or SupConLoss
        or MultiSimilarityLoss or IntraPairVarianceLoss or RankedListLoss or ThresholdConsistentMarginLoss or ClassWeightLoss or SumLoss or MatryoshkaLoss or CrossBatchMemoryLoss
        || IsAboutSingleRows(loss);

    // Which losses learn without positives: those that push negatives apart whatever else there is, and PnpLoss, to which a row
    // is a positive of itself.
    private static bool LearnsFromAllDifferent(Loss loss) => loss is ContrastiveLoss or SignalToNoiseContrastiveLoss
        or MultiSimilarityLoss or IntraPairVarianceLoss or RankedListLoss or ThresholdConsistentMarginLoss or PnpLoss or ClassWeightLoss
        or GlobalOrthogonalLoss or SumLoss or CrossBatchMemoryLoss || IsAboutSingleRows(loss);

    [Test]
    public void Nothing_is_learned_from_one_row_or_one_class_or_classes_all_different_but_by_losses_made_for_it(
        [ValueSource(nameof(All))] Loss loss, [Values("one row", "one class", "all different")] string what)
    {
        var learns = what switch
        {
            // A class's own weights are something to compare a single row with.
            "one row" => loss is ClassWeightLoss || IsAboutSingleRows(loss),
            "one class" => LearnsFromOneClass(loss),
            _ => LearnsFromAllDifferent(loss),
        };
        foreach (var type in Types)
        {
            using var scope = NewDisposeScope();
            var (embeddings, labels) = Batch(what, type);
            var (value, fraction, module) = Compute(loss, null, embeddings, labels, null);
            using var _ = module;
            value.backward();
            var learned = embeddings.grad!.count_nonzero().ToInt64() > 0;
            if (learns)
            {
                // What is far from its bounds may vanish in less precision.
                Assert.That(learned || type != ScalarType.Float64 || loss is PnpLoss { Variant: PnpVariant.IncreasingBounded }, $"{type} learns");
                continue;
            }
            Assert.That(learned, Is.False, $"gradient in {type}");
            if (loss is MarginLoss { BetaKind: BetaKind.Shared })
                continue;
            Assert.That(value.ToDouble(), Is.Zero, $"{type}");
            Assert.That(fraction.ToDouble(), Is.Zero, $"{type}");
            foreach (var weight in module.parameters().Where(weight => weight.grad is not null))
                Assert.That(weight.grad!.count_nonzero().ToInt64(), Is.Zero, $"gradient of the loss's weights in {type}");
        }
    }

    private static IEnumerable<TestCaseData> Hard() =>
        from what in new[] { "one row", "one class", "all different", "duplicates", "all equal", "zero vector", "all zero", "cosine 1 and -1", "scaled by 300" }
        from pair in All.Select(loss => (loss, miner: (Miner?)null)).Concat(from loss in Losses from miner in Miners select (loss, miner)).Distinct()
        select new TestCaseData(pair.loss, pair.miner, what);

    [TestCaseSource(nameof(Hard))]
    public void Values_and_gradients_are_finite(Loss loss, Miner? miner, string what)
    {
        foreach (var type in Types)
        {
            using var scope = NewDisposeScope();
            var (embeddings, labels) = Batch(what, type);
            var (value, fraction, module) = Compute(loss, miner, embeddings, labels, null);
            using var _ = module;
            value.backward();
            Assert.That(value.ToDouble(), Is.GreaterThanOrEqualTo(0).And.LessThan(double.PositiveInfinity), $"{type}");
            Assert.That(fraction.ToDouble(), Is.InRange(0, 1), $"{type}");
            Assert.That(embeddings.grad!.isfinite().all().ToBoolean(), $"gradient in {type}");
            Assert.That(module.parameters().All(weight => weight.grad?.isfinite().all().ToBoolean() ?? true), $"gradient of the loss's weights in {type}");
            Assert.That(embeddings.grad!.dtype, Is.EqualTo(type));
            Assert.That(embeddings.grad!.abs().max().to(ScalarType.Float64).ToDouble(), Is.LessThan(5000), $"gradient in {type}");
        }
    }

    private static (Tensor Embeddings, long[] Labels) Batch(string what, ScalarType type)
    {
        var random = Batches.Uniform(3, 6, 4, ScalarType.Float64);
        var east = tensor(new double[,] { { 1, 0, 0, 0 } });
        long[] pairs = [0, 1, 0, 1, 0, 1];
        var (embeddings, labels) = what switch
        {
            "one row" => (random.narrow(0, 0, 1), [0]),
            "one class" => (random, [0, 0, 0, 0, 0, 0]),
            "all different" => (random, [0, 1, 2, 3, 4, 5]),
            "duplicates" => (random.index_select(0, tensor([0L, 1, 0, 0, 2, 2])), pairs),
            "all equal" => (random.narrow(0, 0, 1).expand(6, 4), pairs),
            "zero vector" => (cat([zeros_like(random).narrow(0, 0, 2), random.narrow(0, 0, 4)]), pairs),
            "all zero" => (zeros_like(random), pairs),
            "cosine 1 and -1" => (cat([east, east, -east, -east, east, -east]), pairs),
            "scaled by 300" => (random * 300.0.ToScalar(), pairs),
            _ => throw new ArgumentOutOfRangeException(nameof(what)),
        };
        return (embeddings.to(type).clone().requires_grad_(), labels);
    }

    [Test]
    public void Half_precision_computes_in_float32([ValueSource(nameof(All))] Loss loss)
    {
        using var scope = NewDisposeScope();
        var half = Batches.Uniform(1, 8, 4, ScalarType.Float16);
        long[] labels = [1, 1, 1, 2, 2, 2, 3, 3];
        var value = Compute(loss, null, half, labels, null).Value;
        Assert.That(value.dtype, Is.EqualTo(ScalarType.Float32));
        Assert.That(value.ToSingle(), Is.EqualTo(Compute(loss, null, half.to(ScalarType.Float32), labels, null).Value.ToSingle()).And.GreaterThan(0));
    }

    // As float32 they would be equal.
    [Test]
    public void Large_labels_stay_apart([Values(1L << 24, 1L << 53, long.MaxValue - 1)] long label)
    {
        using var scope = NewDisposeScope();
        var relation = Relation.FromLabels(tensor([label, label + 1, label]));
        Assert.That(relation.Positives.data<bool>().ToArray(), Is.EqualTo(new[] { false, false, true, false, false, false, true, false, false }));
        Assert.That(relation.Negatives.data<bool>().ToArray(), Is.EqualTo(new[] { false, true, false, true, false, true, false, true, false }));
    }

    private static void AssertNothingLearned(Loss loss, Miner? miner, Tensor embeddings, long[] labels, Tensor? weights = null, double? active = 0)
    {
        embeddings = embeddings.requires_grad_();
        var (value, fraction, module) = Compute(loss, miner, embeddings, labels, weights);
        using var _ = module;
        Assert.That(value.ToDouble(), Is.Zero);
        if (active is { } expected)
            Assert.That(fraction.ToDouble(), Is.EqualTo(expected));
        value.backward();
        Assert.That(embeddings.grad, Is.Not.Null);
        Assert.That(embeddings.grad!.count_nonzero().ToInt64(), Is.Zero);
        Assert.That(embeddings.grad!.isfinite().all().ToBoolean());
    }

    private static (Tensor Value, Tensor ActiveFraction, LossModule Module) Compute(
        Loss loss, Miner? miner, Tensor embeddings, long[] labels, Tensor? weights)
    {
        var batch = new EmbeddedBatch(embeddings.to(TestDevice.Current), Relation.FromLabels(tensor(labels).to(TestDevice.Current)), weights?.to(TestDevice.Current));
        using var generator = new Generator(1, CPU);
        var module = loss.CreateModule(new LossContext((int)embeddings.shape[1], 8, generator));
        module.to(TestDevice.Current);
        // The weights of this one are those of directions.
        if (miner is not (null or DistanceWeightedMiner))
            miner = miner with { Distance = loss.Distance };
        var result = module.call(batch, miner?.Mine(batch));
        return (result.Value, result.ActiveFraction, module);
    }
}
