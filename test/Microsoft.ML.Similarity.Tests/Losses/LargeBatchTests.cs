using Microsoft.ML.Similarity.Losses;
using Microsoft.ML.Similarity.Miners;
using TorchSharp;
using static Microsoft.ML.Similarity.Tensors.Numbers;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Tests.Losses;

/// <summary>Batches too large to be compared at once.</summary>
public sealed class LargeBatchTests
{
    private const int Rows = 2200;
    private const int Apart = 55;
    private const int Few = Rows / Apart;

    private static readonly Loss[] Losses =
    [
        new NTXentLoss(), new SupConLoss(), new MultiSimilarityLoss(), new CircleLoss(), new TupletMarginLoss(), new NcaLoss(), new GeneralizedLiftedStructureLoss(),
        new NTXentLoss { Reducer = new NonZeroMeanReducer() }, new NTXentLoss { Reducer = new SumReducer() }, new NTXentLoss { Reducer = new PerAnchorReducer() },
        new NTXentLoss { Reducer = new ThresholdReducer { Above = 1, Below = 10 } }, new SupConLoss { Reducer = new PerAnchorReducer() },
    ];

    // The rows in between belong to no pair chosen and weigh nothing as anchors.
    [TestCaseSource(nameof(Losses))]
    public void A_few_rows_among_many_give_the_loss_of_the_few(Loss loss)
    {
        using var scope = NewDisposeScope();
        using var module = loss.CreateModule();
        var random = Batches.Uniform(1, Rows, 4);
        var places = arange(Number(0), Number(Rows), Number(Apart), dtype: ScalarType.Int64);
        var weights = arange(Number(1), Number(Few + 1), dtype: ScalarType.Float64);
        var relation = Relation.FromLabels(arange(Number(Few), dtype: ScalarType.Int64).remainder(Number(5)));

        var few = random.index_select(0, places).requires_grad_();
        var expected = module.call(new EmbeddedBatch(few, relation, weights), TupleSelection.OfPairs(relation.Positives, relation.Negatives));
        expected.Value.backward();

        var many = random.clone().requires_grad_();
        var spread = zeros(Rows, dtype: ScalarType.Float64).index_copy_(0, places, weights);
        var selection = TupleSelection.OfPairs(Spread(relation.Positives), Spread(relation.Negatives));
        var actual = module.call(new EmbeddedBatch(many, Relation.FromLabels(zeros(Rows, dtype: ScalarType.Int64)), spread), selection);
        actual.Value.backward();

        Assert.That(actual.Value.ToDouble(), Is.EqualTo(expected.Value.ToDouble()).Within(1e-10).Percent);
        var scale = few.grad!.abs().max().ToDouble();
        Assert.That(scale, Is.GreaterThan(0));
        Assert.That(Batches.Deviation(many.grad!.index_select(0, places), few.grad!), Is.LessThan(1e-12 * scale));
        Assert.That(many.grad!.abs().sum().ToDouble(), Is.EqualTo(few.grad!.abs().sum().ToDouble()).Within(1e-10).Percent);
        if (loss is not MultiSimilarityLoss)
            Assert.That(actual.ActiveFraction.ToDouble(), Is.EqualTo(expected.ActiveFraction.ToDouble()).Within(1e-6));

        Tensor Spread(Tensor pairs)
        {
            var rows = zeros(Few, Rows, dtype: ScalarType.Bool).index_copy_(1, places, pairs);
            return zeros(Rows, Rows, dtype: ScalarType.Bool).index_copy_(0, places, rows);
        }
    }

    // References that are not compared with any anchor do not matter, but for their number.
    [TestCase(typeof(NTXentLoss))]
    [TestCase(typeof(SupConLoss))]
    [TestCase(typeof(NcaLoss))]
    public void A_few_references_among_many_give_the_loss_of_the_few(Type type)
    {
        const int many = 120_000;
        using var scope = NewDisposeScope();
        using var module = ((Loss)LossExamples.Create(type)).CreateModule();
        var labels = arange(Number(Few), dtype: ScalarType.Int64).remainder(Number(5));
        var places = arange(Number(0), Number(many), Number(many / 30), dtype: ScalarType.Int64);
        var references = Batches.Uniform(4, many, 4);
        var referenceLabels = arange(Number(many), dtype: ScalarType.Int64).remainder(Number(7));

        var (left, right) = (Batches.Uniform(5, Few, 4).requires_grad_(), references.index_select(0, places).requires_grad_());
        var expected = module.call(new EmbeddedBatch(left, right, Relation.FromLabels(labels, referenceLabels.index_select(0, places))), null).Value;
        expected.backward();

        var (anchors, others) = (left.detach().clone().requires_grad_(), references.clone().requires_grad_());
        var compared = zeros(Few, many, dtype: ScalarType.Bool).index_fill_(1, places, One);
        var actual = module.call(new EmbeddedBatch(anchors, others, Relation.FromLabels(labels, referenceLabels, compared)), null).Value;
        actual.backward();
        Assert.That(actual.ToDouble(), Is.EqualTo(expected.ToDouble()).Within(1e-10).Percent);
        Assert.That(Batches.Deviation(anchors.grad!, left.grad!), Is.LessThan(1e-12));
        Assert.That(Batches.Deviation(others.grad!.index_select(0, places), right.grad!), Is.LessThan(1e-12));
    }

    [Test]
    public void All_rows_give_the_loss_of_all_comparisons()
    {
        using var scope = NewDisposeScope();
        var rows = Batches.Uniform(2, Rows, 4).requires_grad_();
        var labels = arange(Number(Rows), dtype: ScalarType.Int64).remainder(Number(300));
        var value = new SupConLoss { Temperature = 0.5 }.Compute(rows, labels);
        value.backward();

        var plain = rows.detach().clone().requires_grad_();
        var directions = plain / plain.norm(1, keepdim: true);
        var logits = directions.matmul(directions.t()) / Number(0.5);
        var others = eye(Rows, dtype: ScalarType.Bool).logical_not();
        var positives = labels.unsqueeze(0).eq(labels.unsqueeze(1)).logical_and(others).to(ScalarType.Float64);
        var all = logits.masked_fill(others.logical_not(), Number(double.NegativeInfinity)).logsumexp(1);
        var expected = (all - (logits * positives).sum(1) / positives.sum(1)).mean();
        expected.backward();
        Assert.That(value.ToDouble(), Is.EqualTo(expected.ToDouble()).Within(1e-10).Percent);
        Assert.That(Batches.Deviation(rows.grad!, plain.grad!), Is.LessThan(1e-12 * plain.grad!.abs().max().ToDouble()));
    }

    [Test]
    public void Blocks_work_without_gradient()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var labels = arange(Number(Rows), dtype: ScalarType.Int64).remainder(Number(300));
        Assert.That(new NTXentLoss().Compute(Batches.Uniform(3, Rows, 4), labels).ToDouble(), Is.GreaterThan(1));
    }
}
