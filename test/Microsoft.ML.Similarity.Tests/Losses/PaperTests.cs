using Microsoft.ML.Similarity.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Tests.Losses;

/// <summary>Values and gradients against plain loops written from the papers, for what golden.json lacks.</summary>
public sealed class PaperTests
{
    private static readonly long[] Labels = [0, 0, 0, 1, 1, 2, 2, 3, 1];

    private static readonly Reducer[] TripletReducers = [new NonZeroMeanReducer(), new MeanReducer(), new SumReducer()];

    private static readonly Reducer[] PairReducers =
    [
        new NonZeroMeanReducer(), new MeanReducer(), new SumReducer(), new PerAnchorReducer(),
        new ThresholdReducer { Above = 0.2, Below = 0.9 }, new ThresholdReducer { Above = 0.2 }, new ThresholdReducer { Below = 0.9 },
    ];

    [Test]
    public void Smooth_average_precision([Values(0.01, 0.1, 1)] double temperature) =>
        AssertIs(new SmoothApLoss { Temperature = temperature }, rows => PlainLoops.SmoothAp(rows, Labels, temperature));

    [Test]
    public void Negatives_before_positives([Values] PnpVariant variant, [Values(0.05, 0.5)] double temperature)
    {
        const double alpha = 1.5, bound = 3;
        AssertIs(
            new PnpLoss { Variant = variant, Temperature = temperature, Alpha = alpha, Bound = bound },
            rows => PlainLoops.Pnp(rows, Labels, temperature, n => variant switch
            {
                PnpVariant.Original => n,
                PnpVariant.DecreasingLog => Math.Log(1 + n),
                PnpVariant.DecreasingQuotient => 1 - Math.Pow(1 + n, -alpha),
                PnpVariant.IncreasingUnbounded => (1 + n) * Math.Log(1 + n),
                _ => (bound * n - Math.Log(1 + bound * n)) / (bound * bound),
            }));
    }

    [Test]
    public void Triplets_with_swap([Values] bool soft, [ValueSource(nameof(TripletReducers))] Reducer reducer) =>
        AssertIs(
            new TripletLoss { Swap = true, SoftMargin = soft, Reducer = reducer },
            rows => Reduce(reducer, [[.. PlainLoops.Triplets(rows, Labels, 0.2, soft)]]));

    [Test]
    public void Contrastive_pairs_by_reducer([ValueSource(nameof(PairReducers))] Reducer reducer) =>
        AssertIs(
            new ContrastiveLoss { Reducer = reducer },
            rows => Reduce(reducer, PlainLoops.Contrastive(rows, Labels, positive: true)) + Reduce(reducer, PlainLoops.Contrastive(rows, Labels, positive: false)));

    [Test]
    public void Margin_with_its_boundary([Values] BetaKind kind, [Values(0, 0.3)] double nu)
    {
        using var scope = NewDisposeScope();
        double[] boundaries = kind == BetaKind.PerClass ? [0.7, 0.9, 1.1, 1.3] : [0.8];
        var costs = kind == BetaKind.Fixed ? 0 : nu;
        using var module = Module(new MarginLoss { Beta = 0.8, BetaKind = kind, Nu = nu });
        var beta = kind == BetaKind.Fixed ? null : module.get_parameter("beta")!;
        if (beta is not null)
        {
            using var _ = no_grad();
            beta.copy_(tensor(boundaries));
        }
        AssertIs(module, rows => PlainLoops.Margin(rows, Labels, 0.2, boundaries, costs));
        if (beta is null)
        {
            Assert.That(module.parameters(), Is.Empty);
            return;
        }
        var rows = Batches.ToArray(Embeddings());
        var at = new double[1, boundaries.Length];
        Buffer.BlockCopy(boundaries, 0, at, 0, boundaries.Length * sizeof(double));
        var slope = PlainLoops.Slope(at, moved => PlainLoops.Margin(rows, Labels, 0.2, [.. moved.Cast<double>()], costs));
        AssertNear(Batches.ToArray(beta.grad!.view(1, -1)), slope);
    }

    private static double Reduce(Reducer reducer, double[][] losses)
    {
        double[] all = [.. losses.SelectMany(anchor => anchor)];
        return reducer switch
        {
            MeanReducer => all.Average(),
            SumReducer => all.Sum(),
            PerAnchorReducer => losses.Where(anchor => anchor.Length > 0).Average(anchor => anchor.Average()),
            ThresholdReducer threshold => all.Where(x => x > threshold.Above && x < threshold.Below).Average(),
            _ => all.Where(x => x > 0).Average(),
        };
    }

    private static void AssertIs(Loss loss, Func<double[,], double> reference)
    {
        using var scope = NewDisposeScope();
        using var module = Module(loss);
        AssertIs(module, reference);
    }

    private static void AssertIs(LossModule module, Func<double[,], double> reference)
    {
        var embeddings = Embeddings().requires_grad_();
        var rows = Batches.ToArray(embeddings);
        var value = module.call(new EmbeddedBatch(embeddings, Relation.FromLabels(tensor(Labels))), null).Value;
        value.backward();
        Assert.That(value.ToDouble(), Is.EqualTo(reference(rows)).Within(1e-10));
        AssertNear(Batches.ToArray(embeddings.grad!), PlainLoops.Slope(rows, reference));
    }

    // Central differences are good to about 1e-6 of the largest.
    private static void AssertNear(double[,] actual, double[,] expected)
    {
        var largest = expected.Cast<double>().Max(Math.Abs);
        Assert.That(largest, Is.GreaterThan(0));
        Assert.That(actual, Is.EqualTo(expected).Within(1e-5 * largest));
    }

    private static Tensor Embeddings() => Batches.Uniform(12, Labels.Length, 3);

    private static LossModule Module(Loss loss)
    {
        using var generator = new Generator(1, CPU);
        var module = loss.CreateModule(new LossContext(3, 4, generator));
        module.to(ScalarType.Float64);
        return module;
    }
}
