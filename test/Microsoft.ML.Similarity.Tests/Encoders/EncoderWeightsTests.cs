using Microsoft.ML.Similarity.Encoders;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Tests.Encoders;

public sealed class EncoderWeightsTests
{
    private static readonly MlpEncoder Encoder = new() { OutputDimension = 3, HiddenWidths = [5], BatchNorm = true };

    [Test]
    public void What_is_written_is_read_back()
    {
        using var module = RandomWeights.Module(Encoder, 4);
        var weights = module.GetWeights();
        using var stream = new MemoryStream();
        weights.Write(stream);
        stream.Position = 0;
        var read = EncoderWeights.Read(stream);
        Assert.That(read.Names, Is.EquivalentTo(weights.Names));
        foreach (var (name, entry) in weights.Entries)
            Assert.That(read.Get(name, entry.Shape), Is.EqualTo(entry.Values));

        using var other = RandomWeights.Module(Encoder, 4, seed: 2);
        using var scope = NewDisposeScope();
        var rows = ones(2, 4);
        Assert.That(other.call(rows).eq(module.call(rows)).all().ToBoolean(), Is.False);
        other.SetWeights(read);
        Assert.That(other.call(rows).eq(module.call(rows)).all().ToBoolean());
    }

    [Test]
    public void The_same_weights_give_the_same_file()
    {
        using var module = RandomWeights.Module(Encoder, 4);
        Assert.That(Bytes(), Is.EqualTo(Bytes()));

        byte[] Bytes()
        {
            using var stream = new MemoryStream();
            module.GetWeights().Write(stream);
            return stream.ToArray();
        }
    }

    [Test]
    public void A_weight_missing_unknown_or_of_another_shape_is_named()
    {
        using var module = RandomWeights.Module(Encoder, 4);
        var weights = module.GetWeights();
        AssertRefused(new EncoderWeights(weights.Entries.Where(entry => entry.Key != "linear1.bias")), "The weight 'linear1.bias' is missing.");
        AssertRefused(
            new EncoderWeights(weights.Entries.Append(KeyValuePair.Create("linear7.weight", new EncoderWeights.Entry([1], [0])))),
            "The encoder has no weight 'linear7.weight'.");
        AssertRefused(
            new EncoderWeights(weights.Entries.Select(entry => entry.Key == "linear0.weight"
                ? KeyValuePair.Create(entry.Key, new EncoderWeights.Entry([4, 5], entry.Value.Values))
                : entry)),
            "The weight 'linear0.weight' has the shape [4, 5]; the encoder's is [5, 4].");
        Assert.That(() => Encoder.CreateDenseNetwork(weights, 6), Throws.TypeOf<FormatException>()
            .With.Message.EqualTo("The weight 'input_mean' has the shape [4]; the encoder's is [6]."));

        void AssertRefused(EncoderWeights bad, string message) =>
            Assert.That(() => module.SetWeights(bad), Throws.TypeOf<FormatException>().With.Message.EqualTo(message));
    }
}
