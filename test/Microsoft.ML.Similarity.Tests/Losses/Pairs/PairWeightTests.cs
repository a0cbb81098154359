using Microsoft.ML.Similarity.Losses;
using Microsoft.ML.Similarity.Losses.Pairs;
using Microsoft.ML.Similarity.Losses.Views;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Tests.Losses.Pairs;

/// <summary>Weights of pairs: a mean over pairs is a weighted mean, and what is no mean over pairs takes no weights.</summary>
public sealed class PairWeightTests
{
    private const int Rows = 6;

    private static readonly PairLoss[] Losses =
    [
        .. LossExamples.PairLosses.Where(loss => loss is not InfoNceLoss), new InfoNceLoss { QueueSize = 8 },
        new ExplicitTripletLoss { SoftMargin = true }, new MultipleNegativesRankingLoss { Symmetric = true },
        new LabeledPairLoss { Loss = new NTXentLoss() },
    ];

    private static readonly PairLoss[] AboutTheWholeBatch =
    [
        new CoSentLoss(), new AnglELoss(), new BarlowTwinsLoss(), new VicRegLoss(),
        new SumPairLoss { Terms = [new(new CosineRegressionLoss()), new(new CoSentLoss())] }, new MatryoshkaPairLoss { Inner = new VicRegLoss(), Dimensions = [2] },
    ];

    private static IEnumerable<PairLoss> Weighable => Losses.Where(loss => loss is not (CoSentLoss or AnglELoss or BarlowTwinsLoss or VicRegLoss));

    // Of these a pair's loss does not depend on the other pairs of the batch, but for which are hard.
    private static IEnumerable<PairLoss> Repeatable =>
        Weighable.Where(loss => loss is ContrastivePairLoss or OnlineContrastivePairLoss or CosineRegressionLoss or ExplicitTripletLoss or MarginMseLoss or NegativeCosineLoss or InfoNceLoss);

    [Test]
    public void A_weight_of_2_is_the_pair_twice([ValueSource(nameof(Repeatable))] PairLoss loss)
    {
        using var scope = NewDisposeScope();
        var twice = tensor([0L, 1, 1, 2, 3, 3, 5]);
        var (expected, _, expectedGradient) = Compute(loss, null, twice);
        var (value, _, gradient) = Compute(loss, tensor([1.0, 2, 1, 2, 0, 1]), null);
        Assert.That(value, Is.EqualTo(expected).Within(1e-13).And.Not.Zero);
        Assert.That(Batches.Deviation(gradient, expectedGradient), Is.LessThan(1e-13));
    }

    [Test]
    public void The_weighted_loss_is_the_weighted_mean_of_what_each_pair_gives([ValueSource(nameof(Weighable))] PairLoss loss)
    {
        using var scope = NewDisposeScope();
        double[] weights = [1, 2, 0.5, 0, 3, 0.25];
        var divisor = loss is OnlineContrastivePairLoss ? 1 : weights.Sum();
        double expected = 0;
        var expectedGradient = zeros(3 * Rows, 4, dtype: ScalarType.Float64);
        for (var pair = 0; pair < Rows; pair++)
        {
            var alone = zeros(Rows, dtype: ScalarType.Float64);
            alone[pair] = 1;
            var (part, _, gradientOfPart) = Compute(loss, alone, null);
            expected += part * weights[pair] / divisor;
            expectedGradient = expectedGradient + gradientOfPart * (weights[pair] / divisor).ToScalar();
        }
        var (value, active, gradient) = Compute(loss, tensor(weights), null);
        Assert.That(value, Is.EqualTo(expected).Within(1e-12).And.Not.Zero);
        Assert.That(Batches.Deviation(gradient, expectedGradient), Is.LessThan(1e-12));
        Assert.That(active, Is.EqualTo(Compute(loss, null, null).Active));
    }

    [Test]
    public void Equal_weights_are_no_weights([ValueSource(nameof(Weighable))] PairLoss loss, [Values(1, 0.25)] double weight)
    {
        using var scope = NewDisposeScope();
        var (value, _, gradient) = Compute(loss, full(Rows, weight, dtype: ScalarType.Float32), null);
        var (expected, _, expectedGradient) = Compute(loss, null, null);
        // A sum grows with its weights.
        var factor = loss is OnlineContrastivePairLoss ? weight : 1;
        Assert.That(value, Is.EqualTo(expected * factor).Within(1e-13));
        Assert.That(Batches.Deviation(gradient, expectedGradient * factor.ToScalar()), Is.LessThan(1e-13));
    }

    [Test]
    public void Weights_of_0_leave_nothing([ValueSource(nameof(Weighable))] PairLoss loss)
    {
        using var scope = NewDisposeScope();
        var (value, _, gradient) = Compute(loss, zeros(Rows), null);
        Assert.That(value, Is.Zero);
        Assert.That(gradient.count_nonzero().ToInt64(), Is.Zero);
    }

    [Test]
    public void A_loss_about_the_whole_batch_refuses_weights([ValueSource(nameof(AboutTheWholeBatch))] PairLoss loss)
    {
        using var scope = NewDisposeScope();
        var name = loss switch
        {
            SumPairLoss => nameof(CoSentLoss),
            MatryoshkaPairLoss => nameof(VicRegLoss),
            _ => loss.GetType().Name,
        };
        Assert.That(() => loss.Compute(ones(3, 4), ones(3, 4), ones(3), weights: ones(3)), Throws.InvalidOperationException
            .With.Message.EqualTo($"{name} is about the batch as a whole and has no weights for single pairs; got weights [3]."));
    }

    [Test]
    public void Every_loss_takes_weights_or_refuses_them() => Assert.That(
        Weighable.Concat(AboutTheWholeBatch).Select(loss => loss.GetType()).Distinct(), Is.EquivalentTo(LossExamples.PairLosses.Select(loss => loss.GetType())));

    [Test]
    public void Weights_must_be_as_many_as_pairs()
    {
        using var scope = NewDisposeScope();
        foreach (var weights in new[] { ones(3), ones(2, 1) })
        {
            Assert.That(() => new PairBatch(ones(2, 3), ones(2, 3), weights: weights), Throws.ArgumentException
                .With.Message.EqualTo($"weights must be [2], as left has 2 rows; got [{string.Join(", ", weights.shape)}]. (Parameter 'weights')"));
        }
    }

    // The gradient is that of left rows, right rows and hard negatives, one below the other.
    private static (double Value, double Active, Tensor Gradient) Compute(PairLoss loss, Tensor? weights, Tensor? rows)
    {
        using var module = PairModules.Create(loss, 4);
        module.to(ScalarType.Float64);
        var all = Batches.Uniform(5, 3 * Rows, 4).requires_grad_();
        var targets = tensor([1.0, 0, 1, 0, 1, 1]);
        // A queue needs earlier keys.
        module.call(new PairBatch(Batches.Uniform(8, 5, 4), Batches.Uniform(9, 5, 4), ones(5), [Batches.Uniform(10, 5, 4)]));
        module.eval();
        var (value, active) = module.call(new PairBatch(Part(0), Part(1), rows is null ? targets : targets.index_select(0, rows), [Part(2)], weights));
        return (value.ToDouble(), active.to(ScalarType.Float64).ToDouble(), autograd.grad([value], [all])[0]);

        Tensor Part(int i) => all.narrow(0, i * Rows, Rows) is var part && rows is null ? part : part.index_select(0, rows);
    }
}
