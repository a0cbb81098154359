using System.Text.Json;
using Microsoft.ML.Similarity.Distances;
using Microsoft.ML.Similarity.Losses.Pairs;
using Microsoft.ML.Similarity.Losses.Views;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Tests.Losses.Pairs;

/// <summary>Values and gradients of the losses on pairs and views against the golden file.</summary>
public sealed class PairGoldenTests
{
    private static readonly Dictionary<string, Func<JsonElement, PairLoss>> Known = new()
    {
        ["MultipleNegativesRanking"] = p => new MultipleNegativesRankingLoss { Scale = p.Number("scale", 20) },
        ["MultipleNegativesRankingSymmetric"] = p => new MultipleNegativesRankingLoss { Scale = p.Number("scale", 20), Symmetric = true },
        ["MultipleNegativesRankingWithHardNegative"] = p => new MultipleNegativesRankingLoss { Scale = p.Number("scale", 20) },
        ["CoSENT"] = p => new CoSentLoss { Scale = p.Number("scale", 20) },
        ["CosineSimilarityMSE"] = _ => new CosineRegressionLoss(),
        ["ContrastivePairs"] = p => new ContrastivePairLoss { Margin = p.Number("margin", 0.5) },
        ["TripletExplicit"] = p => new ExplicitTripletLoss { Margin = p.Number("margin", 0.2), Distance = new EuclideanDistance { Normalize = false } },
        ["SimCLR_NTXent"] = p => new ViewNTXentLoss { Temperature = p.Number("temperature", 0.1) },
        ["MoCo_InfoNCE"] = p => new InfoNceLoss { Temperature = p.Number("temperature", 0.07), QueueSize = (int)Queue(ScalarType.Float64).shape[0] },
        ["BarlowTwins"] = p => new BarlowTwinsLoss { Lambda = p.Number("lambda", 0.005) },
        ["VICReg"] = p => new VicRegLoss
        {
            Similarity = p.Number("sim", 25),
            Variance = p.Number("std", 25),
            Covariance = p.Number("cov", 1),
            Epsilon = p.Number("eps", 1e-4),
        },
    };

    private static IEnumerable<TestCaseData> Entries() =>
        from entry in GoldenFile.Entries("pairLosses")
        select new TestCaseData(entry).SetArgDisplayNames(GoldenFile.NameOf(entry, "loss"));

    [TestCaseSource(nameof(Entries))]
    public void Value_and_gradients_in_float64(JsonElement entry) => AssertEqual(entry, ScalarType.Float64, 1e-6);

    [TestCaseSource(nameof(Entries))]
    public void Value_and_gradients_in_float32(JsonElement entry) => AssertEqual(entry, ScalarType.Float32, 1e-4);

    private static void AssertEqual(JsonElement entry, ScalarType type, double relative)
    {
        using var scope = NewDisposeScope();
        var name = entry.GetProperty("loss").GetString()!;
        var loss = Known[name](entry.GetProperty("params"));
        var inputs = GoldenFile.Root.GetProperty("pairInputs");
        var left = GoldenFile.Matrix(inputs.GetProperty("a"), type).requires_grad_();
        var right = GoldenFile.Matrix(inputs.GetProperty("b"), type).requires_grad_();
        var negatives = GoldenFile.Matrix(inputs.GetProperty("c"), type);
        var targets = loss switch
        {
            ContrastivePairLoss => Vector(inputs.GetProperty("binaryLabels")),
            CoSentLoss or CosineRegressionLoss => Vector(inputs.GetProperty("goldScores")),
            _ => null,
        };

        using var module = PairModules.Create(loss, left.shape[1]);
        module.to(type);
        if (loss is InfoNceLoss)
            module.call(new PairBatch(Queue(type), Queue(type)));
        var hard = name is "TripletExplicit" or "MultipleNegativesRankingWithHardNegative" ? new[] { negatives } : [];
        var value = module.call(new PairBatch(left, right, targets, hard)).Value;
        value.backward();

        var expected = entry.GetProperty("value").GetDouble();
        Assert.That(value.shape, Is.Empty);
        Assert.That(value.dtype, Is.EqualTo(type));
        Assert.That(value.ToDouble(), Is.EqualTo(expected).Within(relative * Math.Abs(expected)));
        AssertGradient(left, entry.GetProperty("gradA"), relative);
        // MoCo's keys have no gradient; the file gives the one they would have.
        if (loss is InfoNceLoss)
            Assert.That(right.grad, Is.Null);
        else
            AssertGradient(right, entry.GetProperty("gradB"), relative);
    }

    private static void AssertGradient(Tensor rows, JsonElement expected, double relative)
    {
        var gradient = GoldenFile.Matrix(expected, ScalarType.Float64);
        Assert.That(Batches.Deviation(rows.grad!, gradient), Is.LessThanOrEqualTo(relative * gradient.abs().max().ToDouble()), "largest deviation of the gradient");
    }

    private static Tensor Vector(JsonElement values) => tensor(values.EnumerateArray().Select(x => x.GetDouble()).ToArray());

    private static Tensor Queue(ScalarType type) => GoldenFile.Matrix(GoldenFile.Root.GetProperty("mocoQueue"), type);
}
