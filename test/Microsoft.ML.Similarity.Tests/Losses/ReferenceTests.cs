using Microsoft.ML.Similarity.Distances;
using Microsoft.ML.Similarity.Losses;
using Microsoft.ML.Similarity.Losses.Memory;
using Microsoft.ML.Similarity.Miners;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Tests.Losses;

/// <summary>Anchors compared with reference rows instead of with one another.</summary>
public sealed class ReferenceTests
{
    private const int Anchors = 9;

    private static readonly long[] Labels = [0, 1, 2, 0, 1, 2, 3, 0, 1, 1, 0, 2, 2, 0, 4, 1, 3, 0, 2, 1, 0, 5, 1];

    private static readonly Loss[] Refusing =
    [
        .. LossExamples.Losses.Where(loss => loss is ClassWeightLoss or CrossBatchMemoryLoss),
        new MatryoshkaLoss { Inner = new NPairsLoss(), Dimensions = [2] }, new SumLoss { Terms = [new(new ContrastiveLoss()), new(new PnpLoss())] },
        new LiftedStructureLoss(), new NPairsLoss(), new PnpLoss(), new TripletLoss { Swap = true }, new TripletLoss { Swap = true, SoftMargin = true },
    ];

    private static readonly Loss[] Taking =
    [
        .. LossExamples.Losses.Where(loss => loss.ReferencesRefused is null),
        new TripletLoss { Margin = 0.5 }, new TripletLoss { SoftMargin = true }, new TripletLoss { Reducer = new MeanReducer() }, new TripletLoss { Reducer = new SumReducer() },
        new ContrastiveLoss { Distance = new LpDistance() }, new ContrastiveLoss { Distance = new EuclideanDistance { Normalize = false } },
        new ContrastiveLoss { Reducer = new PerAnchorReducer() }, new NcaLoss { Distance = new InnerProductDistance() },
        new MarginLoss { BetaKind = BetaKind.Shared, Nu = 0.1 },
    ];

    private static readonly Miner?[] Miners =
    [
        null, new BatchHardMiner(), new BatchEasyHardMiner(), new BatchEasyHardMiner { PositiveStrategy = PairStrategy.All, NegativeStrategy = PairStrategy.Hard },
        new MultiSimilarityMiner(), new PairMarginMiner(), new TripletMarginMiner(), new TripletMarginMiner { Kind = TripletKind.All },
        new AngularMiner(),
    ];

    // What they choose depends on all rows of a batch.
    private static readonly Miner?[] DrawingMiners = [.. Miners, new UniformHistogramMiner { NumberOfBins = 3 }, new DistanceWeightedMiner()];

    [Test]
    public void Every_loss_takes_references_or_says_that_it_does_not()
    {
        Assert.That(Refusing.Concat(Taking).Select(loss => loss.GetType()).Distinct(), Is.EquivalentTo(LossExamples.Losses.Select(loss => loss.GetType())));
        Assert.That(Refusing.All(loss => loss.ReferencesRefused is not null));
        Assert.That(Taking.All(loss => loss.ReferencesRefused is null));
    }

    // The rows of the batch again, each anchor without itself: the form within a batch in other words.
    [Test]
    public void References_that_are_the_batch_itself_change_nothing(
        [ValueSource(nameof(Taking))] Loss loss, [ValueSource(nameof(DrawingMiners))] Miner? miner)
    {
        using var scope = NewDisposeScope();
        var labels = tensor(Labels);
        var within = Rows().requires_grad_();
        var expected = Value(loss, miner, new(within, Relation.FromLabels(labels)));
        expected.backward();

        var (embeddings, references) = (Rows().requires_grad_(), Rows().requires_grad_());
        var others = eye(Labels.Length, dtype: ScalarType.Bool).logical_not();
        var value = Value(loss, miner, new(embeddings, references, Relation.FromLabels(labels, labels, others)));
        value.backward();
        Assert.That(value.ToDouble(), Is.EqualTo(expected.ToDouble()).Within(1e-9));
        // Regularisers of single rows know no others.
        if (loss is EmbeddingNormLoss or ZeroMeanLoss)
            Assert.That(references.grad, Is.Null);
        else
            Assert.That(references.grad!.count_nonzero().ToInt64() > 0, Is.EqualTo(value.ToDouble() > 0));
        Assert.That(Batches.Deviation(embeddings.grad! + (references.grad ?? zeros_like(references)), within.grad!), Is.LessThan(1e-9));
    }

    // Of anchors and references in one batch only some pairs are compared, and only the anchors weigh anything.
    [Test]
    public void Anchors_and_references_are_part_of_a_larger_batch(
        [ValueSource(nameof(Taking))] Loss loss, [ValueSource(nameof(Miners))] Miner? miner)
    {
        using var scope = NewDisposeScope();
        var labels = tensor(Labels);
        var rows = Labels.Length;
        var number = arange(rows.ToScalar());
        var compared = (number < Anchors.ToScalar()).unsqueeze(1).logical_and((number >= Anchors.ToScalar()).unsqueeze(0));
        var equal = labels.unsqueeze(1).eq(labels.unsqueeze(0));
        var relation = Relation.FromMasks(equal.logical_and(compared), equal.logical_not().logical_and(compared));
        var weights = (number % 3.ToScalar() + 1.ToScalar()).to(ScalarType.Float64);
        var whole = Rows().requires_grad_();
        var square = new EmbeddedBatch(whole, relation, weights * (number < Anchors.ToScalar()).to(ScalarType.Float64));
        var expected = Value(loss, miner, square);
        expected.backward();

        var parted = Rows().requires_grad_();
        var rectangular = new EmbeddedBatch(
            parted.narrow(0, 0, Anchors), parted.narrow(0, Anchors, rows - Anchors),
            Relation.FromLabels(labels.narrow(0, 0, Anchors), labels.narrow(0, Anchors, rows - Anchors)), weights.narrow(0, 0, Anchors));
        var value = Value(loss, miner, rectangular);
        value.backward();
        Assert.That(value.ToDouble(), Is.EqualTo(expected.ToDouble()).Within(1e-9));
        Assert.That(Batches.Deviation(parted.grad!, whole.grad!), Is.LessThan(1e-9));
        if (miner is null)
            return;
        var selected = miner.Mine(square).ToTriplets() - tensor([0L, Anchors, Anchors]);
        Assert.That(miner.Mine(rectangular).ToTriplets().data<long>().ToArray(), Is.EqualTo(selected.contiguous().data<long>().ToArray()));
    }

    [TestCaseSource(nameof(Refusing))]
    public void A_loss_about_one_batch_refuses_references(Loss loss)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1, CPU);
        using var module = loss.CreateModule(new LossContext(4, 6, generator));
        module.to(ScalarType.Float64);
        var labels = tensor(Labels);
        Assert.That(() => module.call(new(Rows(), Rows(), Relation.FromLabels(labels, labels)), null), Throws.InvalidOperationException
            .With.Message.EqualTo($"{loss.GetType().Name} cannot compare rows with references: {loss.ReferencesRefused}."));
        Assert.That(module.call(new(Rows(), Relation.FromLabels(labels)), null).Value.ToDouble(), Is.GreaterThan(0));
    }

    [Test]
    public void Compute_takes_tensors()
    {
        using var scope = NewDisposeScope();
        var anchors = tensor(new double[,] { { 1, 0 }, { 0, 1 } });
        var references = tensor(new double[,] { { 0, 2 }, { -3, 0 }, { 1, 0 } });
        // Distances √2, 2, 0 of the first anchor, and 0, √2, √2 of the second.
        var loss = new ContrastiveLoss { NegativeMargin = 1.5 };
        var value = loss.Compute(anchors, tensor([7L, 8]), references, tensor([7L, 7, 8]));
        Assert.That(value.ToDouble(), Is.EqualTo((Math.Sqrt(2) + 2 + Math.Sqrt(2)) / 3 + (1.5 + 1.5 + 1.5 - Math.Sqrt(2)) / 3).Within(1e-12));
        var half = loss.Compute(anchors.to(ScalarType.Float16), tensor([7L, 8]), references.to(ScalarType.Float16), tensor([7L, 7, 8]));
        Assert.That(half.dtype, Is.EqualTo(ScalarType.Float32));
        Assert.That(half.ToDouble(), Is.EqualTo(value.ToDouble()).Within(1e-6));
    }

    [Test]
    public void The_parts_must_fit_together()
    {
        using var scope = NewDisposeScope();
        var relation = Relation.FromLabels(tensor([1L, 2]), tensor([1L, 2, 3]));
        AssertRefused(() => new(zeros(2, 4), zeros(2, 4), relation), "got embeddings [2, 4], references [2, 4], a relation [2, 3].");
        AssertRefused(() => new(zeros(2, 4), zeros(3, 5), relation), "got embeddings [2, 4], references [3, 5], a relation [2, 3].");
        AssertRefused(() => new(zeros(2, 4), zeros(3, 4), relation, ones(3)), "got embeddings [2, 4], references [3, 4], a relation [2, 3], weights [3].");
        AssertRefused(() => new(zeros(2, 4), zeros(0, 4), Relation.FromLabels(tensor([1L, 2]), tensor(Array.Empty<long>()))),
            "got embeddings [2, 4], references [0, 4], a relation [2, 0].");
        Assert.That(() => new EmbeddedBatch(zeros(2, 4), zeros(3, 4, dtype: ScalarType.Float64), relation), Throws.ArgumentException
            .With.Message.EqualTo("Embeddings and references must be floating point of one type; got Float32 and Float64. (Parameter 'references')"));
        Assert.That(() => new EmbeddedBatch(zeros(2, 4), relation), Throws.ArgumentException
            .With.Message.EqualTo("The relation is one to reference rows, and there are none. (Parameter 'relation')"));
        Assert.That(() => new EmbeddedBatch(zeros(2, 4), zeros(2, 4), Relation.FromLabels(tensor([1L, 2]))), Throws.ArgumentException
            .With.Message.EqualTo("The relation is one within a batch; with references it must be one to them. (Parameter 'relation')"));
        Assert.That(() => Relation.FromLabels(tensor([1L]), ones(2)), Throws.ArgumentException
            .With.Message.EqualTo("Reference labels must be a vector of integers; got Float32 of shape [2]. (Parameter 'referenceLabels')"));
        Assert.That(() => Relation.FromLabels(tensor([1L]), tensor([1L, 2]), ones(1, 3, dtype: ScalarType.Bool)), Throws.ArgumentException
            .With.Message.EqualTo("The pairs compared must be Booleans of shape [1, 2]; got Bool of shape [1, 3]. (Parameter 'compared')"));

        static void AssertRefused(Func<EmbeddedBatch> make, string end) => Assert.That(make, Throws.ArgumentException.With.Message.EqualTo(
            "Embeddings and references must be [rows, dimensions] with one label for each row, and one weight if any for each embedding; "
            + $"{end} (Parameter 'references')"));
    }

    private static Tensor Rows() => Batches.Uniform(5, Labels.Length, 4);

    private static Tensor Value(Loss loss, Miner? miner, EmbeddedBatch batch)
    {
        using var generator = new Generator(1, CPU);
        var module = loss.CreateModule(new LossContext(4, 6, generator));
        return module.call(batch, miner?.Mine(batch)).Value;
    }
}
