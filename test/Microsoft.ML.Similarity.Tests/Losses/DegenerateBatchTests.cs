using Microsoft.ML.Similarity.Distances;
using Microsoft.ML.Similarity.Losses;
using Microsoft.ML.Similarity.Miners;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Tests.Losses;

/// <summary>Batches from which little or nothing can be learned.</summary>
public sealed class DegenerateBatchTests
{
    private static readonly Loss[] Losses =
    [
        new TripletLoss(), new TripletLoss { SoftMargin = true }, new TripletLoss { Margin = 0 }, new ContrastiveLoss(),
        new TripletLoss { Distance = new EuclideanDistance { Normalize = false } },
        new ContrastiveLoss { Distance = new EuclideanDistance { Normalize = false } },
    ];

    private static readonly Miner?[] Miners =
    [
        null, new BatchHardMiner(), new TripletMarginMiner(),
        new TripletMarginMiner { Kind = TripletKind.All }, new TripletMarginMiner { Kind = TripletKind.Hard },
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

    [Test]
    public void Duplicates_and_rows_of_zeros_give_finite_values_and_gradients(
        [ValueSource(nameof(Losses))] Loss loss, [ValueSource(nameof(Miners))] Miner? miner, [ValueSource(nameof(Types))] ScalarType type,
        [Values("all equal", "all zero", "some")] string what)
    {
        using var scope = NewDisposeScope();
        var embeddings = (what switch
        {
            "all equal" => ones(6, 4),
            "all zero" => zeros(6, 4),
            _ => cat([zeros(2, 4), ones(2, 4), Batches.Uniform(1, 2, 4, ScalarType.Float32)]),
        }).to(type).requires_grad_();
        var (value, _) = Compute(loss, miner, embeddings, [1, 2, 1, 2, 1, 2], null);
        value.backward();
        Assert.That(double.IsFinite(value.to(ScalarType.Float64).ToDouble()) && value.ToDouble() >= 0);
        Assert.That(embeddings.grad!.isfinite().all().ToBoolean());
        Assert.That(embeddings.grad!.dtype, Is.EqualTo(type));
        Assert.That(embeddings.grad!.abs().max().to(ScalarType.Float64).ToDouble(), Is.LessThan(10));
    }

    [Test]
    public void Half_precision_computes_in_float32([ValueSource(nameof(Losses))] Loss loss)
    {
        using var scope = NewDisposeScope();
        var half = Batches.Uniform(1, 8, 4, ScalarType.Float16);
        var labels = tensor([1L, 1, 1, 2, 2, 2, 3, 3]);
        var value = loss.Compute(half, labels);
        Assert.That(value.dtype, Is.EqualTo(ScalarType.Float32));
        Assert.That(value.ToSingle(), Is.EqualTo(loss.Compute(half.to(ScalarType.Float32), labels).ToSingle()).And.GreaterThan(0));
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
        var (value, fraction) = Compute(loss, miner, embeddings, labels, weights);
        Assert.That(value.ToDouble(), Is.Zero);
        if (active is { } expected)
            Assert.That(fraction.ToDouble(), Is.EqualTo(expected));
        value.backward();
        Assert.That(embeddings.grad, Is.Not.Null);
        Assert.That(embeddings.grad!.count_nonzero().ToInt64(), Is.Zero);
        Assert.That(embeddings.grad!.isfinite().all().ToBoolean());
    }

    private static (Tensor Value, Tensor ActiveFraction) Compute(Loss loss, Miner? miner, Tensor embeddings, long[] labels, Tensor? weights)
    {
        var batch = new EmbeddedBatch(embeddings, Relation.FromLabels(tensor(labels)), weights);
        using var module = loss.CreateModule();
        var result = module.call(batch, (miner is null ? null : miner with { Distance = loss.Distance })?.Mine(batch));
        return (result.Value, result.ActiveFraction);
    }
}
