using Microsoft.ML.Similarity.Encoders;
using Microsoft.ML.Similarity.Persistence;
using Microsoft.ML.Similarity.Tests.Training;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Tests.Encoders;

/// <summary>Training that begins with the weights of a file.</summary>
public sealed class InitialWeightsTests
{
    private static readonly ResNetEncoder Encoder = new() { Image = new(1, 8, 8), SmallImages = true, OutputDimension = 4 };

    private string _file = "";

    [SetUp]
    public void MakeFile() => _file = Path.GetTempFileName();

    [TearDown]
    public void RemoveFile() => File.Delete(_file);

    [Test]
    public void Weights_are_those_of_the_file()
    {
        var weights = Write(Encoder);
        Assert.That(Begin(Encoder, out var drawn).AsSpan().SequenceEqual(Values(weights)));
        Assert.That(drawn, Is.Empty);
        var statistics = Begin(Encoder with { StandardizeInputs = false }, out _);
        Assert.That(statistics.AsSpan().SequenceEqual(Values(weights.Where(entry => !entry.Key.StartsWith("input.", StringComparison.Ordinal)))));
    }

    // As torchvision's own files are: 64-bit counts, fc for other classes, no statistics of inputs.
    [Test]
    public void What_only_the_head_lacks_is_drawn()
    {
        var weights = Write(Encoder with { OutputDimension = 10, StandardizeInputs = false }, longCounts: true);
        var other = Encoder with { ProjectionWidths = [6] };
        using var generator = new Generator(7, CPU);
        using var module = other.CreateModule(64, generator);
        var fresh = module.GetWeights().Entries.ToDictionary(entry => entry.Key, entry => entry.Value.Values);
        var drawn = (other with { WeightsFile = _file }).BeginWith(module);
        Assert.That(drawn, Is.EqualTo(new[] { "projection.0.weight", "projection.0.bias", "fc.weight", "fc.bias" }));
        var file = weights.ToDictionary(entry => entry.Key, entry => entry.Value.Values);
        foreach (var (name, entry) in module.GetWeights().Entries)
            Assert.That(entry.Values.AsSpan().SequenceEqual(drawn.Contains(name) || name.StartsWith("input.", StringComparison.Ordinal) ? fresh[name] : file[name]), name);

        Write(Encoder, keep: name => !name.StartsWith("fc.", StringComparison.Ordinal) && !name.EndsWith("num_batches_tracked", StringComparison.Ordinal));
        Begin(Encoder, out var missing);
        Assert.That(missing, Is.EqualTo(new[] { "fc.weight", "fc.bias" }));
    }

    [Test]
    public void What_does_not_fit_is_named()
    {
        Write(Encoder, keep: name => name != "layer2.0.conv1.weight");
        Refused(Encoder, $"The weights file '{_file}' lacks the weight 'layer2.0.conv1.weight'.");
        Write(Encoder with { Depth = 34 });
        Refused(Encoder, $"The weights file '{_file}' has the weight 'layer1.2.conv1.weight'; ResNetEncoder has none of that name.");
        Write(Encoder with { SmallImages = false });
        Refused(Encoder, $"The weights file '{_file}' has the weight 'conv1.weight' in the shape [64, 1, 7, 7]; ResNetEncoder has it in [64, 1, 3, 3].");
        File.WriteAllText(_file, "This is no safetensors file.");
        Assert.That(() => Begin(Encoder, out _), Throws.TypeOf<FormatException>());
        File.Delete(_file);
        Assert.That(() => Begin(Encoder, out _), Throws.TypeOf<FileNotFoundException>());

        void Refused(ImageEncoder encoder, string message) =>
            Assert.That(() => Begin(encoder, out _), Throws.TypeOf<FormatException>().With.Message.EqualTo(message));
    }

    [Test]
    public void A_trainer_begins_with_them_and_the_model_does_without_the_file()
    {
        Write(Encoder with { OutputDimension = 10 });
        var messages = new List<string>();
        var ml = new MLContext(seed: 1);
        ml.Log += (_, e) => messages.Add(e.Message);
        var data = TrainingData.View(ml, TrainingData.Blobs(dimension: 64));
        var model = Fast.Fit(ml, data, Options(_file));
        Assert.That(messages, Has.Some.EndsWith("Weights that the file does not have for this encoder are drawn at random: fc.weight, fc.bias."));
        Assert.That(Fast.WeightBits(model).AsSpan().SequenceEqual(Fast.WeightBits(Fast.Fit(ml, data, Options(null)))), Is.False);
        File.Delete(_file);
        Assert.That(Fast.Embeddings(model, data), Has.Length.EqualTo(48));

        static Action<Similarity.Trainers.MetricLearningTrainer.Options> Options(string? file) => o =>
        {
            o.Encoder = Encoder with { WeightsFile = file };
            o.MaximumNumberOfEpochs = 1;
        };
    }

    private float[] Begin(ImageEncoder encoder, out IReadOnlyList<string> drawn)
    {
        using var generator = new Generator(2, CPU);
        using var module = encoder.CreateModule(encoder.Image.Length, generator);
        drawn = (encoder with { WeightsFile = _file }).BeginWith(module);
        return Values(module.GetWeights().Entries);
    }

    // Statistics of inputs are 0 and 1 in fresh modules and in these files.
    private KeyValuePair<string, EncoderWeights.Entry>[] Write(ImageEncoder encoder, Predicate<string>? keep = null, bool longCounts = false)
    {
        using var generator = new Generator(1, CPU);
        using var module = encoder.CreateModule(encoder.Image.Length, generator);
        KeyValuePair<string, EncoderWeights.Entry>[] entries = [.. module.GetWeights().Entries.Where(entry => keep is null || keep(entry.Key))];
        using var stream = File.Create(_file);
        Safetensors.Write(stream, [.. entries.Select(entry => longCounts && entry.Value.Shape.Length == 0
            ? SafetensorsPart.Of<long>(entry.Key, Array.ConvertAll(entry.Value.Values, value => (long)value), entry.Value.Shape)
            : SafetensorsPart.Of<float>(entry.Key, entry.Value.Values, entry.Value.Shape))]);
        return entries;
    }

    private static float[] Values(IEnumerable<KeyValuePair<string, EncoderWeights.Entry>> entries) => [.. entries.SelectMany(entry => entry.Value.Values)];
}
