using System.Text.Json;
using Microsoft.ML.Similarity.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Tests.Losses;

/// <summary>Values and gradients against pytorch-metric-learning.</summary>
public sealed class GoldenTests
{
    private static readonly Dictionary<string, Func<JsonElement, Loss>> Known = new()
    {
        ["Contrastive"] = p => new ContrastiveLoss { PositiveMargin = p.Number("posMargin", 0), NegativeMargin = p.Number("negMargin", 1) },
        ["Triplet"] = p => new TripletLoss { Margin = p.Number("margin", 0.2), SoftMargin = p.Flag("smooth"), Swap = p.Flag("swap") },
        ["NTXent"] = p => new NTXentLoss { Temperature = p.Number("temperature", 0.07) },
        ["SupCon"] = p => new SupConLoss { Temperature = p.Number("temperature", 0.1) },
        ["MultiSimilarity"] = p => new MultiSimilarityLoss { Alpha = p.Number("alpha", 2), Beta = p.Number("beta", 50), Base = p.Number("base", 0.5) },
        ["Circle"] = p => new CircleLoss { Margin = p.Number("m", 0.4), Gamma = p.Number("gamma", 80) },
        ["NPairs"] = _ => new NPairsLoss(),
        ["LiftedStructure"] = p => new LiftedStructureLoss { PositiveMargin = p.Number("posMargin", 0), NegativeMargin = p.Number("negMargin", 1) },
        ["GeneralizedLiftedStructure"] = p => new GeneralizedLiftedStructureLoss { PositiveMargin = p.Number("posMargin", 0), NegativeMargin = p.Number("negMargin", 1) },
        ["TupletMargin"] = p => new TupletMarginLoss { MarginDegrees = p.Number("marginDegrees", 5.73), Scale = p.Number("scale", 64) },
        ["IntraPairVariance"] = p => new IntraPairVarianceLoss { PositiveEpsilon = p.Number("posEps", 0.01), NegativeEpsilon = p.Number("negEps", 0.01) },
        ["NCA"] = p => new NcaLoss { SoftmaxScale = p.Number("softmaxScale", 1) },
        ["SignalToNoiseRatioContrastive"] = p => new SignalToNoiseContrastiveLoss { PositiveMargin = p.Number("posMargin", 0), NegativeMargin = p.Number("negMargin", 1) },
        ["RankedList"] = p => new RankedListLoss { Margin = p.Number("margin", 0.4), NegativeTemperature = p.Number("Tn", 10), PositiveTemperature = p.Number("Tp", 0), Imbalance = p.Number("imbalance", 0.5) },
        ["ThresholdConsistentMargin"] = _ => new ThresholdConsistentMarginLoss(),
        ["FastAP"] = p => new FastApLoss { NumberOfBins = (int)p.Number("numBins", 10) },
        ["Margin"] = p => new MarginLoss { Margin = p.Number("margin", 0.2), Nu = p.Number("nu", 0), Beta = p.Number("beta", 1.2) },
        ["PNP"] = p => new PnpLoss { Bound = p.Number("b", 2), Alpha = p.Number("alpha", 1), Temperature = p.Number("anneal", 0.01) },
        ["ProxyNCA"] = p => new ProxyNcaLoss { SoftmaxScale = p.Number("softmaxScale", 1) },
        ["ProxyAnchor"] = p => new ProxyAnchorLoss { Margin = p.Number("margin", 0.1), Alpha = p.Number("alpha", 32) },
        ["ArcFace"] = p => new ArcFaceLoss { MarginDegrees = p.Number("marginDegrees", 28.6), Scale = p.Number("scale", 64) },
        ["CosFace"] = p => new CosFaceLoss { Margin = p.Number("margin", 0.35), Scale = p.Number("scale", 64) },
        ["NormalizedSoftmax"] = p => new NormalizedSoftmaxLoss { Temperature = p.Number("temperature", 0.05) },
        ["SphereFace"] = p => new SphereFaceLoss { Margin = (int)p.Number("margin", 4), Scale = p.Number("scale", 1) },
        ["SubCenterArcFace"] = p => new SubCenterArcFaceLoss { MarginDegrees = p.Number("marginDegrees", 28.6), Scale = p.Number("scale", 64), SubCenters = (int)p.Number("subCenters", 3) },
        ["SoftTriple"] = p => new SoftTripleLoss { CentersPerClass = (int)p.Number("centersPerClass", 4), Scale = p.Number("la", 20), Gamma = p.Number("gamma", 0.1), Margin = p.Number("margin", 0.01) },
    };

    private static IEnumerable<TestCaseData> Entries() =>
        from entry in GoldenFile.Entries("losses")
        select new TestCaseData(entry).SetArgDisplayNames(GoldenFile.NameOf(entry, "loss"));

    [TestCaseSource(nameof(Entries))]
    public void Value_and_gradient_in_float64(JsonElement entry) => AssertEqual(entry, ScalarType.Float64, 1e-6);

    [TestCaseSource(nameof(Entries))]
    public void Value_and_gradient_in_float32(JsonElement entry) => AssertEqual(entry, ScalarType.Float32, 1e-4);

    private static void AssertEqual(JsonElement entry, ScalarType type, double relative)
    {
        using var scope = NewDisposeScope();
        var loss = Known[entry.GetProperty("loss").GetString()!](entry.GetProperty("params"));
        var embeddings = GoldenFile.Embeddings(type).requires_grad_();

        using var module = CreateModule(loss, type);
        var value = module.call(new EmbeddedBatch(embeddings, Relation.FromLabels(GoldenFile.Labels())), null).Value;
        value.backward();

        var expected = entry.GetProperty("value").GetDouble();
        Assert.That(value.shape, Is.Empty);
        Assert.That(value.dtype, Is.EqualTo(type));
        Assert.That(value.ToDouble(), Is.EqualTo(expected).Within(relative * Math.Abs(expected)));

        var gradient = GoldenFile.Matrix(entry.GetProperty("grad"), ScalarType.Float64);
        var deviation = (embeddings.grad!.to(ScalarType.Float64) - gradient).abs().max().ToDouble();
        Assert.That(deviation, Is.LessThanOrEqualTo(relative * gradient.abs().max().ToDouble()), "largest deviation of the gradient");
    }

    private static LossModule CreateModule(Loss loss, ScalarType type)
    {
        using var generator = new Generator(1, CPU);
        var module = loss.CreateModule(new LossContext((int)GoldenFile.Embeddings(type).shape[1], (int)GoldenFile.Labels().max().ToInt64() + 1, generator));
        module.to(type);
        if (loss is ClassWeightLoss)
        {
            using var _ = no_grad();
            var name = loss switch
            {
                SubCenterArcFaceLoss => "weights_3subcenters_x_dim",
                SoftTripleLoss => "weights_4centers_x_dim",
                _ => "weights_classes_x_dim",
            };
            module.get_parameter("weights")!.copy_(GoldenFile.Matrix(GoldenFile.Root.GetProperty(name), type));
        }
        return module;
    }
}
