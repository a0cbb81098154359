using Microsoft.ML.Similarity.Losses;
using Microsoft.ML.Similarity.Losses.Memory;
using Microsoft.ML.Similarity.Losses.Pairs;
using Microsoft.ML.Similarity.Losses.Views;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Tests.Losses.Pairs;

/// <summary>Losses of pairs made of other losses, against these one by one, in float64.</summary>
public sealed class PairWrapperTests
{
    private const int Rows = 6;
    private const int Dimension = 8;

    private static readonly PairLoss[] Losses = [.. LossExamples.PairLosses.Where(loss => loss is not InfoNceLoss), new InfoNceLoss { QueueSize = 10 }];

    [Test]
    public void Matryoshka_is_the_weighted_sum_over_prefixes([ValueSource(nameof(Losses))] PairLoss inner)
    {
        using var scope = NewDisposeScope();
        int[] dimensions = [6, 8, 4];
        double[] weights = [0.5, 1, 2];
        AssertEqual(
            new MatryoshkaPairLoss { Inner = inner, Dimensions = dimensions, Weights = weights },
            [.. dimensions.Select(dimension => (inner, dimension))], weights);
    }

    [Test]
    public void A_sum_is_the_weighted_sum_of_its_terms([ValueSource(nameof(Losses))] PairLoss first)
    {
        using var scope = NewDisposeScope();
        PairLoss[] losses = [first, new CoSentLoss(), new InfoNceLoss { QueueSize = 4 }];
        double[] weights = [0.7, 0, 1.3];
        AssertEqual(
            new SumPairLoss { Terms = [.. losses.Select((loss, i) => new PairLossTerm(loss, weights[i]))] }, [.. losses.Select(loss => (loss, Dimension))], weights);
    }

    // Twice, since a queue is empty the first time.
    private static void AssertEqual(PairLoss wrapper, (PairLoss Loss, int Dimension)[] parts, double[] weights)
    {
        using var module = PairModules.Create(wrapper, Dimension);
        module.to(ScalarType.Float64);
        PairLossModule[] modules = [.. parts.Select(part => (PairLossModule)PairModules.Create(part.Loss, part.Dimension).to(ScalarType.Float64))];
        for (var round = 0; round < 2; round++)
        {
            Tensor[] inputs = [.. Enumerable.Range(0, 3).Select(i => Batches.Uniform(10 * round + i, Rows, Dimension).requires_grad_())];
            var targets = arange(Rows, dtype: ScalarType.Float64) / 5.ToScalar();
            var (value, active) = module.call(new PairBatch(inputs[0], inputs[1], targets, [inputs[2]]));

            Tensor expected = zeros(1, dtype: ScalarType.Float64), expectedActive = zeros(1, dtype: ScalarType.Float64);
            for (var k = 0; k < parts.Length; k++)
            {
                Tensor[] cut = [.. inputs.Select(input => input.narrow(1, 0, parts[k].Dimension))];
                var part = modules[k].call(new PairBatch(cut[0], cut[1], targets, [cut[2]]));
                expected = expected + part.Value * weights[k].ToScalar();
                expectedActive = expectedActive + part.ActiveFraction * (weights[k] / weights.Sum()).ToScalar();
            }
            Assert.That(value.ToDouble(), Is.EqualTo(expected.ToDouble()).Within(1e-12).Percent);
            Assert.That(active.to(ScalarType.Float64).ToDouble(), Is.EqualTo(expectedActive.ToDouble()).Within(1e-6));
            if (round == 1)
                Assert.That(value.ToDouble(), Is.Not.Zero);
            // Not every loss has a gradient for every input.
            var none = cat(inputs).sum() * 0.ToScalar();
            var gradients = autograd.grad([value + none], inputs);
            var expectedGradients = autograd.grad([expected + none], inputs);
            Assert.That(gradients.Zip(expectedGradients).Select(pair => Batches.Deviation(pair.First, pair.Second)), Is.All.LessThan(1e-12));
        }
        foreach (var part in modules)
            part.Dispose();
    }

    [Test]
    public void A_queue_inside_is_kept_for_each_size()
    {
        using var scope = NewDisposeScope();
        using var module = PairModules.Create(new MatryoshkaPairLoss { Inner = new InfoNceLoss { QueueSize = 4 }, Dimensions = [2, 8] }, Dimension);
        var state = module.state_dict();
        Assert.That(state.Keys, Is.EquivalentTo(from size in new[] { 2, 8 } from name in new[] { "queue", "pointer", "count" } select $"dimension{size}.{name}"));
        Assert.That(state["dimension2.queue"].shape, Is.EqualTo(new long[] { 4, 2 }));
        var (left, right) = (Batches.Uniform(1, 3, Dimension), Batches.Uniform(2, 3, Dimension));
        module.eval();
        module.call(new PairBatch(left, right));
        Assert.That(module.state_dict()["dimension8.count"].item<long>(), Is.Zero);
        module.train();
        module.call(new PairBatch(left, right));
        Assert.That(module.state_dict()["dimension8.count"].item<long>(), Is.EqualTo(3));
    }

    private static readonly Loss[] Labelled = [.. LossExamples.Losses.Where(loss => !loss.NeedsClasses)];

    [Test]
    public void A_labelled_loss_sees_each_pair_as_a_class([ValueSource(nameof(Labelled))] Loss loss, [Values(0, 1, 2)] int columns)
    {
        using var scope = NewDisposeScope();
        Tensor[] inputs = [.. Enumerable.Range(0, 2 + columns).Select(i => Batches.Uniform(i, 3, 4).requires_grad_())];
        long[] labels = [0, 1, 2, 0, 1, 2, 10, 11, 12, 13, 14, 15];
        var expected = loss.Compute(cat(inputs), tensor(labels[..(3 * inputs.Length)]));
        var value = new LabeledPairLoss { Loss = loss }.Compute(inputs[0], inputs[1], hardNegatives: inputs[2..]);
        Assert.That(value.ToDouble(), Is.EqualTo(expected.ToDouble()).And.GreaterThan(0));
        var gradients = autograd.grad([value], inputs);
        var expectedGradients = autograd.grad([expected], inputs);
        Assert.That(gradients.Zip(expectedGradients).Select(pair => Batches.Deviation(pair.First, pair.Second)), Is.All.Zero);
    }

    [Test]
    public void Class_weights_are_refused_on_pairs()
    {
        Refused(new ProxyAnchorLoss(), "ProxyAnchorLoss");
        Refused(new CrossBatchMemoryLoss(), "CrossBatchMemoryLoss");
        Refused(new MarginLoss { BetaKind = BetaKind.PerClass }, "MarginLoss");
        Refused(new SumLoss { Terms = [new(new SupConLoss()), new(new MatryoshkaLoss { Inner = new ArcFaceLoss(), Dimensions = [2] })] }, "SumLoss");

        static void Refused(Loss loss, string name) => Assert.That(() => new LabeledPairLoss { Loss = loss }, Throws.ArgumentException.With.Message.EqualTo(
            $"Loss keeps weights for each class or rows with their labels, got {name}; on pairs each pair is a class of its own, so it must be one without. (Parameter 'Loss')"));
    }

    [Test]
    public void What_does_not_fit_is_refused()
    {
        using var scope = NewDisposeScope();
        var inner = new MultipleNegativesRankingLoss();
        Assert.That(() => new MatryoshkaPairLoss { Inner = inner, Dimensions = [0] }, Throws.ArgumentException
            .With.Message.EqualTo("Dimensions must be at least one number, each at least 1 and no two equal; got [0]. (Parameter 'Dimensions')"));
        Assert.That(() => new MatryoshkaPairLoss { Inner = inner, Dimensions = [1], Weights = [] }.CreateModule(), Throws.ArgumentException
            .With.Message.EqualTo("Weights must be as many as Dimensions, 1; got 0. (Parameter 'weights')"));
        Assert.That(() => new MatryoshkaPairLoss { Inner = inner, Dimensions = [5] }.Compute(ones(2, 4), ones(2, 4)), Throws.InvalidOperationException
            .With.Message.EqualTo("MatryoshkaPairLoss has 5 among its Dimensions; an embedding has 4 values."));
        Assert.That(() => new SumPairLoss { Terms = [] }, Throws.ArgumentException
            .With.Message.EqualTo("Terms must be at least one, and none of them null; got 0. (Parameter 'Terms')"));
        Assert.That(() => new PairLossTerm(inner, double.NaN), Throws.TypeOf<ArgumentOutOfRangeException>().With.Property("ParamName").EqualTo("Weight"));
    }

    [Test]
    public void Declarations_are_equal_by_value()
    {
        foreach (var type in new[] { typeof(MatryoshkaPairLoss), typeof(SumPairLoss) })
        {
            Assert.That(LossExamples.Create(type), Is.EqualTo(LossExamples.Create(type)));
            Assert.That(LossExamples.Create(type).GetHashCode(), Is.EqualTo(LossExamples.Create(type).GetHashCode()));
        }
        var inner = new MultipleNegativesRankingLoss();
        Assert.That(new MatryoshkaPairLoss { Inner = inner, Dimensions = [2] }, Is.Not.EqualTo(new MatryoshkaPairLoss { Inner = inner, Dimensions = [3] }));
        Assert.That(new MatryoshkaPairLoss { Inner = inner, Dimensions = [2] }, Is.Not.EqualTo(new MatryoshkaPairLoss { Inner = inner, Dimensions = [2], Weights = [1] }));
        Assert.That(new SumPairLoss { Terms = [new(inner)] }, Is.Not.EqualTo(new SumPairLoss { Terms = [new(inner, 2)] }));
    }
}
