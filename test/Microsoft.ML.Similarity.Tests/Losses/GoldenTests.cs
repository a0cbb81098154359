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
        ["Triplet"] = p => new TripletLoss { Margin = p.Number("margin", 0.2), SoftMargin = p.Flag("smooth") },
    };

    // What the file has and the library has not yet.
    private static readonly string[] NotYet =
    [
        "NTXent", "SupCon", "MultiSimilarity", "Circle", "NPairs", "LiftedStructure", "GeneralizedLiftedStructure", "Margin", "FastAP",
        "TupletMargin", "IntraPairVariance", "NCA", "SignalToNoiseRatioContrastive", "RankedList", "PNP", "ThresholdConsistentMargin",
        "ProxyNCA", "ProxyAnchor", "ArcFace", "CosFace", "NormalizedSoftmax", "SphereFace", "SubCenterArcFace", "SoftTriple",
    ];

    private static readonly string[] ParametersNotYet = ["swap"];

    private static IEnumerable<TestCaseData> Entries() =>
        from entry in GoldenFile.Entries("losses")
        where Known.ContainsKey(entry.GetProperty("loss").GetString()!)
            && !ParametersNotYet.Any(name => entry.GetProperty("params").Flag(name))
        select new TestCaseData(entry).SetArgDisplayNames(GoldenFile.NameOf(entry, "loss"));

    [TestCaseSource(nameof(Entries))]
    public void Value_and_gradient_in_float64(JsonElement entry) => AssertEqual(entry, ScalarType.Float64, 1e-6);

    [TestCaseSource(nameof(Entries))]
    public void Value_and_gradient_in_float32(JsonElement entry) => AssertEqual(entry, ScalarType.Float32, 1e-4);

    [Test]
    public void Every_loss_of_the_file_is_known_or_named_as_missing()
    {
        var names = GoldenFile.Entries("losses").Select(entry => entry.GetProperty("loss").GetString()).Distinct();
        Assert.That(names, Is.SubsetOf(Known.Keys.Concat(NotYet)));
        Assert.That(Known.Keys.Intersect(NotYet), Is.Empty);
        Assert.That(Entries(), Is.Not.Empty);
    }

    private static void AssertEqual(JsonElement entry, ScalarType type, double relative)
    {
        using var scope = NewDisposeScope();
        var loss = Known[entry.GetProperty("loss").GetString()!](entry.GetProperty("params"));
        var embeddings = GoldenFile.Embeddings(type).requires_grad_();

        var value = loss.Compute(embeddings, GoldenFile.Labels());
        value.backward();

        var expected = entry.GetProperty("value").GetDouble();
        Assert.That(value.shape, Is.Empty);
        Assert.That(value.dtype, Is.EqualTo(type));
        Assert.That(value.ToDouble(), Is.EqualTo(expected).Within(relative * Math.Abs(expected)));

        var gradient = GoldenFile.Matrix(entry.GetProperty("grad"), ScalarType.Float64);
        var deviation = (embeddings.grad!.to(ScalarType.Float64) - gradient).abs().max().ToDouble();
        Assert.That(deviation, Is.LessThanOrEqualTo(relative * gradient.abs().max().ToDouble()), "largest deviation of the gradient");
    }
}
