using Microsoft.ML.Similarity.Distances;
using Microsoft.ML.Similarity.Losses.Pairs;
using Microsoft.ML.Similarity.Losses.Views;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Tests.Losses.Pairs;

/// <summary>Pairs from which little or nothing can be learned, and logits of ±300; on the <see cref="TestDevice"/>.</summary>
public sealed class DegeneratePairTests
{
    private static readonly PairLoss[] Losses =
    [
        new ContrastivePairLoss(), new ContrastivePairLoss { Distance = new EuclideanDistance() },
        new ContrastivePairLoss { Distance = new EuclideanDistance { Normalize = false } }, new OnlineContrastivePairLoss(),
        new MultipleNegativesRankingLoss(), new MultipleNegativesRankingLoss { Symmetric = true, Scale = 300 },
        new CoSentLoss(), new CoSentLoss { Scale = 300 }, new AnglELoss(), new AnglELoss { Scale = 300 }, new CosineRegressionLoss(),
        new ExplicitTripletLoss(), new ExplicitTripletLoss { SoftMargin = true, Margin = 300 }, new MarginMseLoss(),
        new ViewNTXentLoss(), new ViewNTXentLoss { Temperature = 1 / 300.0 }, new DclLoss(), new DclLoss { Temperature = 1 / 300.0 },
        new DclLoss { Sigma = 0.5 },
        new InfoNceLoss { QueueSize = 4 }, new InfoNceLoss { QueueSize = 4, Temperature = 1 / 300.0 },
        new BarlowTwinsLoss(), new VicRegLoss(), new NegativeCosineLoss(),
        .. LossExamples.PairLosses.Where(loss => loss is MatryoshkaPairLoss or SumPairLoss or LabeledPairLoss),
    ];

    private static readonly ScalarType[] Types = [ScalarType.Float16, ScalarType.BFloat16, ScalarType.Float32, ScalarType.Float64];

    [Test]
    public void Values_and_gradients_are_finite(
        [ValueSource(nameof(Losses))] PairLoss loss, [ValueSource(nameof(Types))] ScalarType type,
        [Values("one row", "all equal", "all zero", "opposite", "some zero")] string what)
    {
        using var scope = NewDisposeScope();
        var other = Batches.Uniform(1, 6, 4);
        var (left, right, negatives) = what switch
        {
            "one row" => (other.narrow(0, 0, 1), other.narrow(0, 1, 1), other.narrow(0, 2, 1)),
            "all equal" => (ones(6, 4) * 0.1.ToScalar(), ones(6, 4) * 0.1.ToScalar(), ones(6, 4) * 0.1.ToScalar()),
            "all zero" => (zeros(6, 4), zeros(6, 4), zeros(6, 4)),
            "opposite" => (other, -other, other),
            _ => (cat([zeros(2, 4, dtype: ScalarType.Float64), other.narrow(0, 2, 4)]), other, zeros(6, 4)),
        };
        (left, right, negatives) = (Leaf(left), Leaf(right), Leaf(negatives));
        var rows = left.shape[0];
        var targets = arange(rows) % 2.ToScalar();

        using var module = PairModules.Create(loss, 4).to(TestDevice.Current);
        // The second time MoCo's queue has keys.
        for (var i = 0; i < 2; i++)
        {
            var value = module.call(Pairs(left, right, targets, negatives)).Value;
            value.backward();
            Assert.That(double.IsFinite(value.to(ScalarType.Float64).ToDouble()));
        }
        foreach (var input in new[] { left, right, negatives })
        {
            if (input.grad is not { } gradient)
                continue;
            Assert.That(gradient.dtype, Is.EqualTo(type));
            Assert.That(gradient.isfinite().all().ToBoolean());
            Assert.That(gradient.abs().max().to(ScalarType.Float64).ToDouble(), Is.LessThan(10_000));
        }
        Assert.That(left.grad, Is.Not.Null);

        Tensor Leaf(Tensor rows) => rows.detach().clone().to(type).requires_grad_();
    }

    private static IEnumerable<TestCaseData> NothingToLearn()
    {
        foreach (var type in Types)
        {
            yield return Case(new MultipleNegativesRankingLoss(), 1);
            yield return Case(new MultipleNegativesRankingLoss { Symmetric = true }, 1);
            yield return Case(new CoSentLoss(), 1);
            yield return Case(new CoSentLoss(), 3);
            yield return Case(new AnglELoss(), 3);
            yield return Case(new ViewNTXentLoss(), 1);
            yield return Case(new DclLoss(), 1);
            yield return Case(new BarlowTwinsLoss(), 1);
            yield return Case(new InfoNceLoss { QueueSize = 4 }, 3);

            TestCaseData Case(PairLoss loss, int rows) => new TestCaseData(loss, type, rows).SetArgDisplayNames($"{loss.GetType().Name}, {type}, {rows}");
        }
    }

    [TestCaseSource(nameof(NothingToLearn))]
    public void Where_nothing_can_be_learned_the_loss_is_0(PairLoss loss, ScalarType type, int rows)
    {
        using var scope = NewDisposeScope();
        var left = Batches.Uniform(1, rows, 4, type).requires_grad_();
        using var module = PairModules.Create(loss, 4).to(TestDevice.Current);
        var (value, active) = module.call(Pairs(left, Batches.Uniform(2, rows, 4, type), ones(rows)));
        value.backward();
        Assert.That(value.ToDouble(), Is.Zero);
        Assert.That(active.ToDouble(), Is.Zero);
        Assert.That(left.grad!.count_nonzero().ToInt64(), Is.Zero);
    }

    [Test]
    public void Satisfied_pairs_give_0([ValueSource(nameof(Types))] ScalarType type)
    {
        using var scope = NewDisposeScope();
        var left = tensor(new float[,] { { 1, 0 }, { 0, 1 } }).to(type).requires_grad_();
        var right = tensor(new float[,] { { 2, 0 }, { 1, 0 } }).to(type);
        PairLoss[] losses = [new ContrastivePairLoss(), new OnlineContrastivePairLoss(), new CosineRegressionLoss(), new ExplicitTripletLoss { Distance = new CosineDistance() }];
        foreach (var loss in losses)
        {
            var value = loss.Compute(At(left), At(loss is ExplicitTripletLoss ? left : right), At(tensor([1L, 0])), [At(-left)]);
            value.backward();
            Assert.That(value.ToDouble(), Is.Zero);
        }
        Assert.That(left.grad!.count_nonzero().ToInt64(), Is.Zero);
    }

    [Test]
    public void Half_precision_computes_in_float32([ValueSource(nameof(Losses))] PairLoss loss)
    {
        using var scope = NewDisposeScope();
        Tensor[] half = [.. Enumerable.Range(1, 3).Select(seed => Batches.Uniform(seed, 6, 4, ScalarType.Float16))];
        var targets = arange(6) % 2.ToScalar();
        Assert.That(Compute(ScalarType.Float16).dtype, Is.EqualTo(ScalarType.Float32));
        Assert.That(Compute(ScalarType.Float16).ToSingle(), Is.EqualTo(Compute(ScalarType.Float32).ToSingle()).And.Not.Zero);

        Tensor Compute(ScalarType type)
        {
            using var module = PairModules.Create(loss, 4).to(TestDevice.Current);
            module.call(Pairs(half[2], half[2], targets, half[2]));
            return module.call(Pairs(half[0].to(type), half[1].to(type), targets, half[2].to(type))).Value;
        }
    }

    private static PairBatch Pairs(Tensor left, Tensor right, Tensor targets, params Tensor[] negatives) =>
        new(At(left), At(right), At(targets), Array.ConvertAll(negatives, At));

    // The gradient comes back to where the tensor is.
    private static Tensor At(Tensor tensor) => tensor.to(TestDevice.Current);
}
