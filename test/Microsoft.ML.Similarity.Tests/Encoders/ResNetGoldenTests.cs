using System.Text.Json;
using Microsoft.ML.Similarity.Encoders;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Tests.Encoders;

/// <summary>ResNets against torchvision's, with weights and pictures given by formulas.</summary>
public sealed class ResNetGoldenTests
{
    private static readonly JsonElement Models = JsonDocument.Parse(File.ReadAllBytes(
        Path.Combine(AppContext.BaseDirectory, "Fixtures", "resnet.json"))).RootElement.GetProperty("models");

    [Test]
    public void Features_are_torchvisions([Values(18, 34, 50)] int depth)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var golden = Models.GetProperty($"resnet{depth}");
        var features = depth == 50 ? 2048 : 512;
        // fc is made to hand the features on.
        var encoder = new ResNetEncoder { Image = new(3, 64, 64), Depth = depth, OutputDimension = features, L2Normalize = false, StandardizeInputs = false };
        using var generator = new Generator(1, CPU);
        using var module = encoder.CreateModule(encoder.Image.Length, generator);
        // TorchSharp lists all parameters before all buffers, torchvision those of one layer after those of another.
        var weights = module.GetWeights().Entries.GroupBy(entry => entry.Key[..entry.Key.LastIndexOf('.')]).SelectMany(layer => layer).ToArray();
        var body = weights.Where(entry => !entry.Key.StartsWith("fc.", StringComparison.Ordinal)).ToArray();
        string[] names = [.. golden.GetProperty("names").EnumerateArray().Select(name => name.GetString()!)];
        Assert.That(body.Take(names.Length).Select(entry => entry.Key), Is.EqualTo(names));
        Assert.That(body, Has.Length.EqualTo(golden.GetProperty("stateDictEntries").GetInt32()));
        Assert.That(weights.Skip(body.Length).Select(entry => entry.Key), Is.EqualTo(new[] { "fc.weight", "fc.bias" }));

        module.SetWeights(new EncoderWeights([
            .. body.Select((entry, k) => KeyValuePair.Create(entry.Key, entry.Value with { Values = Fill(entry.Key, k, entry.Value) })),
            KeyValuePair.Create("fc.weight", new EncoderWeights.Entry([features, features], eye(features).data<float>().ToArray())),
            KeyValuePair.Create("fc.bias", new EncoderWeights.Entry([features], new float[features])),
        ]));
        module.eval();
        var pictures = (arange(2L * encoder.Image.Length, dtype: ScalarType.Float64) * Microsoft.ML.Similarity.Tensors.Numbers.Number(0.0137)).sin().to(ScalarType.Float32);
        var actual = module.call(pictures.view(2, -1));

        for (var row = 0; row < 2; row++)
        {
            var first = golden.GetProperty("pooledFeaturesFirst32")[row].EnumerateArray().Select(value => value.GetSingle()).ToArray();
            var norm = golden.GetProperty("norms")[row].GetDouble();
            var values = actual[row].data<float>().ToArray();
            Assert.That(values[..32], Is.EqualTo(first).Within(1e-4 * Math.Max(1, norm / Math.Sqrt(features))));
            Assert.That(Math.Sqrt(values.Sum(value => (double)value * value)), Is.EqualTo(norm).Within(1e-4 * norm));
        }
    }

    private static float[] Fill(string name, int k, EncoderWeights.Entry entry)
    {
        if (name.EndsWith("num_batches_tracked", StringComparison.Ordinal))
            return entry.Values;
        var scale = entry.Shape.Length > 1 ? Math.Sqrt(2.0 / entry.Shape[1..].Aggregate((a, b) => a * b)) : 1;
        return [.. entry.Values.Select((_, i) => (float)Value(Math.Sin(0.7311 * i + 1.7 * k)))];

        double Value(double v) =>
            name.EndsWith("running_var", StringComparison.Ordinal) ? 1 + 0.5 * Math.Abs(v)
            : name.EndsWith("running_mean", StringComparison.Ordinal) || name.EndsWith("bias", StringComparison.Ordinal) ? 0.05 * v
            : entry.Shape.Length == 1 ? 1 + 0.1 * v
            : v * scale;
    }
}
