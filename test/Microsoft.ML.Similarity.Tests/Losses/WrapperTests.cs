using System.Text.Json;
using Microsoft.ML.Similarity.Distances;
using Microsoft.ML.Similarity.Losses;
using Microsoft.ML.Similarity.Miners;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Tests.Losses;

/// <summary>Losses made of other losses, against these one by one, in float64.</summary>
public sealed class WrapperTests
{
    private const int Dimension = 8;
    private static readonly long[] Labels = [0, 0, 0, 1, 1, 2, 2, 2, 2, 3, 3, 0];

    private static readonly Loss[] Losses =
    [
        .. LossExamples.Losses,
        new MarginLoss { BetaKind = BetaKind.Shared, Nu = 0.1 }, new MarginLoss { BetaKind = BetaKind.PerClass },
        new ContrastiveLoss { Reducer = new SumReducer() }, new TripletLoss { Distance = new EuclideanDistance { Normalize = false } },
        new SumLoss { Terms = [new(new MatryoshkaLoss { Inner = new ProxyAnchorLoss(), Dimensions = [2, 3] }), new(new NcaLoss())] },
    ];

    [Test]
    public void Matryoshka_is_the_weighted_sum_over_prefixes([ValueSource(nameof(Losses))] Loss inner)
    {
        using var scope = NewDisposeScope();
        int[] dimensions = [5, 8, 3];
        double[] weights = [0.5, 1, 2];
        var (value, active, gradient) = Compute(new MatryoshkaLoss { Inner = inner, Dimensions = dimensions, Weights = weights });

        var rows = Rows();
        // Weights of losses are drawn in the same order.
        using var generator = new Generator(1, CPU);
        Tensor[] parts = [.. dimensions.Select((dimension, k) =>
        {
            var part = inner.CreateModule(new LossContext(dimension, 4, generator)).to(ScalarType.Float64).call(Batch(rows.narrow(1, 0, dimension)), null);
            return stack([part.Value * weights[k].ToScalar(), part.ActiveFraction.to(ScalarType.Float64) * weights[k].ToScalar()]);
        })];
        AssertEqual(parts, weights.Sum(), rows, value, active, gradient);
    }

    [Test]
    public void A_sum_is_the_weighted_sum_of_its_terms([ValueSource(nameof(Losses))] Loss first)
    {
        using var scope = NewDisposeScope();
        Loss[] losses = [first, new ContrastiveLoss { NegativeMargin = 1.5 }, new NormalizedSoftmaxLoss()];
        double[] weights = [0.7, 0, 1.3];
        var (value, active, gradient) = Compute(new SumLoss { Terms = [.. losses.Select((loss, i) => new LossTerm(loss, weights[i]))] });

        var rows = Rows();
        using var generator = new Generator(1, CPU);
        Tensor[] parts = [.. losses.Select((loss, k) =>
        {
            var part = loss.CreateModule(new LossContext(Dimension, 4, generator)).to(ScalarType.Float64).call(Batch(rows), null);
            return stack([part.Value * weights[k].ToScalar(), part.ActiveFraction.to(ScalarType.Float64) * weights[k].ToScalar()]);
        })];
        AssertEqual(parts, weights.Sum(), rows, value, active, gradient);
    }

    [Test]
    public void A_miner_of_a_term_takes_the_place_of_the_trainers()
    {
        using var scope = NewDisposeScope();
        var batch = Batch(Rows());
        var (hard, easy) = (new BatchHardMiner().Mine(batch), new TripletMarginMiner { Kind = TripletKind.All }.Mine(batch));
        var triplet = new TripletLoss();
        using var alone = triplet.CreateModule();
        var (withHard, withAll) = (alone.call(batch, hard).Value.ToDouble(), alone.call(batch, easy).Value.ToDouble());
        Assert.That(withHard, Is.Not.EqualTo(withAll));

        using var sum = new SumLoss { Terms = [new(triplet, 1, new BatchHardMiner()), new(triplet, 10)] }.CreateModule();
        Assert.That(sum.call(batch, easy).Value.ToDouble(), Is.EqualTo(withHard + 10 * withAll).Within(1e-14));
    }

    [Test]
    public void A_miner_of_a_term_compares_as_its_loss_does()
    {
        using var scope = NewDisposeScope();
        // The lengths of rows 0 to 5 differ, their directions hardly.
        var batch = Batch(Rows() * arange(1, Labels.Length + 1, dtype: ScalarType.Float64).square().unsqueeze(1));
        var plain = new EuclideanDistance { Normalize = false };
        var loss = new TripletLoss { Distance = plain };
        using var alone = loss.CreateModule();
        var expected = alone.call(batch, new BatchHardMiner { Distance = plain }.Mine(batch)).Value.ToDouble();
        Assert.That(alone.call(batch, new BatchHardMiner().Mine(batch)).Value.ToDouble(), Is.Not.EqualTo(expected));
        Assert.That(Value(new SumLoss { Terms = [new(loss, 1, new BatchHardMiner())] }), Is.EqualTo(expected));
        Assert.That(Value(new SumLoss { Terms = [new(new TripletLoss(), 1, new BatchHardMiner())], Distance = plain }), Is.EqualTo(expected));

        double Value(Loss sum)
        {
            using var module = sum.CreateModule();
            return module.call(batch, null).Value.ToDouble();
        }
    }

    // As a trainer decides them.
    [Test]
    public void Distances_are_decided_for_each_loss_inside([Values] bool normalize)
    {
        var own = new LpDistance();
        var sum = new SumLoss
        {
            Terms =
            [
                new(new MatryoshkaLoss { Inner = new NcaLoss(), Dimensions = [2] }), new(new TripletLoss()), new(new TripletLoss { Distance = own }), new(new NPairsLoss()),
            ],
        };
        var resolved = (SumLoss)sum.Resolve(normalize);
        var squared = new SquaredEuclideanDistance { Normalize = normalize };
        Assert.That(((MatryoshkaLoss)resolved.Terms[0].Loss).Inner.Distance, Is.EqualTo(squared));
        Assert.That(resolved.Terms.Select(term => term.Loss.Distance), Is.EqualTo(new Distance[]
        {
            squared, new EuclideanDistance { Normalize = normalize }, own, normalize ? new CosineDistance() : new InnerProductDistance(),
        }));
        Assert.That(resolved.Distance, Is.EqualTo(squared), "the first term's");

        resolved = (SumLoss)(sum with { Distance = new CosineDistance() }).Resolve(normalize);
        Assert.That(((MatryoshkaLoss)resolved.Terms[0].Loss).Inner.Distance, Is.EqualTo(new CosineDistance()));
        Assert.That(resolved.Terms.Select(term => term.Loss.Distance), Is.EqualTo(new Distance[] { new CosineDistance(), new CosineDistance(), own, new CosineDistance() }));
    }

    [Test]
    public void Under_an_encoder_that_normalises_prefixes_are_compared_by_direction([Values] bool normalize)
    {
        using var scope = NewDisposeScope();
        var loss = new MatryoshkaLoss { Inner = new TripletLoss(), Dimensions = [3] }.Resolve(normalize);
        var rows = Rows();
        var lengths = arange(1, Labels.Length + 1, dtype: ScalarType.Float64).unsqueeze(1);
        var (one, other) = (loss.Compute(rows, tensor(Labels)).ToDouble(), loss.Compute(rows * lengths, tensor(Labels)).ToDouble());
        Assert.That(other, normalize ? Is.EqualTo(one).Within(1e-12) : Is.Not.EqualTo(one).Within(0.1));
    }

    private static readonly Loss[] WithWeights =
    [
        new MatryoshkaLoss { Inner = new ProxyAnchorLoss(), Dimensions = [2, Dimension] },
        new SumLoss { Terms = [new(new SupConLoss()), new(new ArcFaceLoss()), new(new MarginLoss { BetaKind = BetaKind.PerClass })] },
    ];

    [Test]
    public void Weights_inside_are_found_moved_and_trained([ValueSource(nameof(WithWeights))] Loss loss)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1, CPU);
        LossModule module;
        using (NewDisposeScope())
            module = loss.CreateModule(new LossContext(Dimension, 4, generator));
        Assert.That(module.state_dict().Keys, Is.EqualTo(loss is SumLoss
            ? new[] { "term1.weights", "term2.beta" }
            : ["dimension2.weights", $"dimension{Dimension}.weights"]));
        Assert.That(module.parameters().Count(), Is.EqualTo(2));
        module.to(ScalarType.Float64);
        Assert.That(module.parameters().Select(weights => weights.dtype), Is.All.EqualTo(ScalarType.Float64));
        module.eval();
        Assert.That(module.modules().Select(part => part.training), Is.All.False);
        module.train();
        Assert.That(module.modules().Select(part => part.training), Is.All.True);

        var optimizer = optim.SGD(module.parameters(), 0.1);
        var before = module.parameters().Select(weights => weights.detach().clone()).ToArray();
        module.call(Batch(Rows()), null).Value.backward();
        optimizer.step();
        Assert.That(module.parameters().Zip(before).Select(pair => Batches.Deviation(pair.First, pair.Second)), Is.All.GreaterThan(0));
        module.Dispose();
    }

    [Test]
    public void What_does_not_fit_is_refused()
    {
        using var scope = NewDisposeScope();
        var inner = new SupConLoss();
        const string wanted = "Dimensions must be at least one number, each at least 1 and no two equal; got";
        Refused(() => new MatryoshkaLoss { Inner = inner, Dimensions = [] }, $"{wanted} []. (Parameter 'Dimensions')");
        Refused(() => new MatryoshkaLoss { Inner = inner, Dimensions = [4, 0] }, $"{wanted} [4, 0]. (Parameter 'Dimensions')");
        Refused(() => new MatryoshkaLoss { Inner = inner, Dimensions = [4, 4] }, $"{wanted} [4, 4]. (Parameter 'Dimensions')");
        Refused(() => new MatryoshkaLoss { Inner = inner, Dimensions = [4, 2], Weights = [1] }.CreateModule(), "Weights must be as many as Dimensions, 2; got 1. (Parameter 'weights')");
        Refused(() => new MatryoshkaLoss { Inner = inner, Dimensions = [4], Reducer = new SumReducer() }.CreateModule(),
            "Reducer is SumReducer; MatryoshkaLoss takes none: set it on the inner loss. (Parameter 'Reducer')");
        Refused(() => new SumLoss { Terms = [new(inner)], Reducer = new SumReducer() }.CreateModule(), "Reducer is SumReducer; SumLoss takes none: set it on its terms. (Parameter 'Reducer')");
        Refused(() => new SumLoss { Terms = [] }, "Terms must be at least one, and none of them null; got 0. (Parameter 'Terms')");
        Assert.That(() => new LossTerm(inner, -1), Throws.TypeOf<ArgumentOutOfRangeException>().With.Property("ParamName").EqualTo("Weight"));
        Assert.That(() => new LossTerm(inner) with { Weight = double.NaN }, Throws.TypeOf<ArgumentOutOfRangeException>().With.Property("ParamName").EqualTo("Weight"));
        Assert.That(() => new MatryoshkaLoss { Inner = inner, Dimensions = [4], Weights = [-1] }, Throws.TypeOf<ArgumentOutOfRangeException>().With.Property("ParamName").EqualTo("Weights"));

        const string large = "MatryoshkaLoss has 9 among its Dimensions; an embedding has 8 values.";
        var tooLarge = new MatryoshkaLoss { Inner = inner, Dimensions = [4, 9] };
        Assert.That(() => tooLarge.Compute(Rows(), tensor(Labels)), Throws.InvalidOperationException.With.Message.EqualTo(large));
        using var generator = new Generator(1, CPU);
        Assert.That(() => tooLarge.CreateModule(new LossContext(8, 4, generator)), Throws.InvalidOperationException.With.Message.EqualTo(large));

        static void Refused(Func<object> make, string message) => Assert.That(make, Throws.ArgumentException.With.Message.EqualTo(message));
    }

    [Test]
    public void Declarations_are_equal_by_value()
    {
        Assert.That(Matryoshka([2, 3], [1, 0.5]), Is.EqualTo(Matryoshka([2, 3], [1, 0.5])));
        Assert.That(Matryoshka([2, 3], [1, 0.5]), Is.Not.EqualTo(Matryoshka([2, 3], [1, 2])).And.Not.EqualTo(Matryoshka([2, 3], null)).And.Not.EqualTo(Matryoshka([3, 2], [1, 0.5])));
        Assert.That(Matryoshka([2, 3], null).GetHashCode(), Is.EqualTo(Matryoshka([2, 3], null).GetHashCode()));
        Assert.That(Sum(1), Is.EqualTo(Sum(1)).And.Not.EqualTo(Sum(2)));
        Assert.That(Sum(1).GetHashCode(), Is.EqualTo(Sum(1).GetHashCode()));

        static MatryoshkaLoss Matryoshka(int[] dimensions, double[]? weights) => new() { Inner = new SupConLoss(), Dimensions = dimensions, Weights = weights };
        static SumLoss Sum(double weight) => new() { Terms = [new(new SupConLoss(), weight, new BatchHardMiner())] };
    }

    [Test]
    public void What_is_inside_survives_JSON()
    {
        Loss loss = new SumLoss
        {
            Terms = [new(new MatryoshkaLoss { Inner = new TripletLoss { Margin = 0.3 }, Dimensions = [2, 3], Weights = [1, 0.5] }, 2, new BatchHardMiner()), new(new ZeroMeanLoss())],
        };
        Assert.That(JsonSerializer.Deserialize<Loss>(JsonSerializer.Serialize(loss)), Is.EqualTo(loss));
    }

    private static void AssertEqual(Tensor[] parts, double total, Tensor rows, double value, double active, Tensor gradient)
    {
        var expected = parts.Aggregate((a, b) => a + b);
        Assert.That(value, Is.EqualTo(expected[0].ToDouble()).Within(1e-12).Percent.And.Not.Zero);
        Assert.That(active, Is.EqualTo(expected[1].ToDouble() / total).Within(1e-6));
        var expectedGradient = autograd.grad([expected[0]], [rows])[0];
        Assert.That(Batches.Deviation(gradient, expectedGradient), Is.LessThan(1e-13 * Math.Max(1, expectedGradient.abs().max().ToDouble())));
    }

    private static (double Value, double Active, Tensor Gradient) Compute(Loss loss)
    {
        var rows = Rows();
        using var generator = new Generator(1, CPU);
        using var module = loss.CreateModule(new LossContext(Dimension, 4, generator));
        module.to(ScalarType.Float64);
        var (value, active) = module.call(Batch(rows), null);
        return (value.ToDouble(), active.to(ScalarType.Float64).ToDouble(), autograd.grad([value], [rows])[0]);
    }

    private static Tensor Rows() => Batches.Uniform(7, Labels.Length, Dimension).requires_grad_();

    private static EmbeddedBatch Batch(Tensor rows) =>
        new(rows, Relation.FromLabels(tensor(Labels)), tensor([1, 0.5, 2, 1, 1, 1, 0.25, 1, 1, 3, 1, 1]));
}
