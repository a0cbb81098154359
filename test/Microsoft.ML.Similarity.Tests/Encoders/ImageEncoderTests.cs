using System.Text.Json;
using Microsoft.ML.Similarity.Encoders;
using Microsoft.ML.Similarity.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Tests.Encoders;

public sealed class ImageEncoderTests
{
    private static readonly ConvNetEncoder Small = new() { Image = new(2, 8, 9), Widths = [5, 6], OutputDimension = 3 };

    private static readonly ImageEncoder[] Encoders =
    [
        Small, Small with { L2Normalize = false, StandardizeInputs = false }, new ConvNetEncoder { Image = new(1, 16, 16) },
        new ResNetEncoder { Image = new(3, 40, 33), OutputDimension = 7 },
        new ResNetEncoder { Image = new(3, 8, 8), SmallImages = true, ProjectionWidths = [9, 10] },
        new ResNetEncoder { Image = new(1, 8, 8), Depth = 50 },
    ];

    [Test]
    public void Values_out_of_range_are_refused()
    {
        Refused(() => new ImageShape(0, 1, 1), "channels must be a finite number of at least 1. (Parameter 'channels')");
        Refused(() => new ImageShape(3, -1, 1), "height must be a finite number of at least 1. (Parameter 'height')");
        Refused(() => new ImageShape(3, 1 << 16, 1 << 16), $"A picture of 3 × 65536 × 65536 values has more than the {Array.MaxLength} that a vector can have. (Parameter 'width')");
        Refused(() => new ResNetEncoder { Image = new(3, 8, 8), Depth = 101 }, "Depth must be 18, 34 or 50. (Parameter 'Depth')");
        Refused(() => new ResNetEncoder { Image = new(3, 8, 8), ProjectionWidths = [5, 0] }, "Each of ProjectionWidths must be at least 1. (Parameter 'ProjectionWidths')");
        Refused(() => Small with { Widths = [-1] }, "Each of Widths must be at least 1. (Parameter 'Widths')");
        Assert.That(() => Small with { Widths = [] }, Throws.ArgumentException.With.Message.EqualTo("Widths must have at least one block. (Parameter 'Widths')"));
        Assert.That(() => Small with { Image = null! }, Throws.ArgumentNullException.With.Property("ParamName").EqualTo("Image"));
        Assert.That(() => Small with { Widths = null! }, Throws.ArgumentNullException.With.Property("ParamName").EqualTo("Widths"));

        static void Refused(Func<object> make, string message) =>
            Assert.That(make, Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(message + Environment.NewLine));
    }

    [Test]
    public void Pictures_too_small_for_the_blocks_are_refused_when_the_trainer_is_made()
    {
        Assert.That(() => new MLContext().Similarity.Trainers.MetricLearning(new() { Encoder = Small with { Widths = [4, 4, 4, 4] } }),
            Throws.ArgumentException.With.Message.EqualTo(
                "Widths has 4 blocks, each of which halves the sides of a picture; a picture of 2 × 8 × 9 allows 3 at most. (Parameter 'Widths')"));
        Assert.That(() => (Small with { Widths = [4, 4, 4] }).Check(), Throws.Nothing);
    }

    [Test]
    public void A_feature_column_of_another_size_is_refused()
    {
        using var generator = new Generator(1, CPU);
        Assert.That(() => Small.CreateModule(143, generator), Throws.InvalidOperationException.With.Message.EqualTo(
            "The feature column has 143 values; ConvNetEncoder.Image is 2 × 8 × 9, which is 144."));
    }

    [Test]
    public void Encoders_are_equal_by_value_and_survive_JSON([ValueSource(nameof(Encoders))] ImageEncoder encoder)
    {
        var read = JsonSerializer.Deserialize<Encoder>(JsonSerializer.Serialize<Encoder>(encoder with { WeightsFile = "elsewhere" }))!;
        Assert.That(read, Is.EqualTo(encoder));
        Assert.That(read.GetHashCode(), Is.EqualTo(encoder.GetHashCode()));
        Assert.That(((ImageEncoder)read).WeightsFile, Is.Null);
        Assert.That(Encoders.Count(other => other.Equals(encoder)), Is.EqualTo(1));
        Assert.That(encoder with { Image = new(9, 20, 20) }, Is.Not.EqualTo(encoder));
        Assert.That(encoder with { OutputDimension = 11 }, Is.Not.EqualTo(encoder));
    }

    [Test]
    public void Making_one_draws_from_its_generator_only([ValueSource(nameof(Encoders))] ImageEncoder encoder)
    {
        using var scope = NewDisposeScope();
        manual_seed(11);
        var expected = rand(5).data<float>().ToArray();
        manual_seed(11);
        var weights = Fresh(encoder, 1);
        Assert.That(Fresh(encoder, 1).AsSpan().SequenceEqual(weights));
        Assert.That(Fresh(encoder, 2).AsSpan().SequenceEqual(weights), Is.False);
        Assert.That(rand(5).data<float>().ToArray(), Is.EqualTo(expected));

        static float[] Fresh(ImageEncoder encoder, ulong seed)
        {
            using var generator = new Generator(seed, CPU);
            using var module = encoder.CreateModule(encoder.Image.Length, generator);
            return [.. module.GetWeights().Entries.SelectMany(entry => entry.Value.Values)];
        }
    }

    [Test]
    public void Convolutions_begin_as_torchvisions()
    {
        using var generator = new Generator(1, CPU);
        using var module = new ResNetEncoder { Image = new(3, 8, 8) }.CreateModule(192, generator);
        foreach (var (name, entry) in module.GetWeights().Entries.Where(entry => entry.Key.Contains("conv")))
        {
            var expected = Math.Sqrt(2.0 / (entry.Shape[0] * entry.Shape[2] * entry.Shape[3]));
            Assert.That(Math.Sqrt(entry.Values.Average(x => (double)x * x)), Is.EqualTo(expected).Within(3).Percent, name);
        }
    }

    // With the plain layers of TorchSharp, in the plain memory format.
    [Test]
    public void A_ConvNet_gives_what_plain_layers_give([Values] bool training, [Values(1, 2)] int channels)
    {
        using var scope = NewDisposeScope();
        var encoder = Small with { Image = new(channels, 8, 9), L2Normalize = false, StandardizeInputs = false };
        using var module = RandomWeights.Module(encoder, encoder.Image.Length);
        var weights = module.GetWeights().Entries.ToDictionary(entry => entry.Key, entry => tensor(entry.Value.Values, entry.Value.Shape).requires_grad_());
        var rows = tensor(RandomWeights.Rows(1, 6, encoder.Image.Length), [6, encoder.Image.Length]);

        var x = rows.view(6, channels, 8, 9);
        for (var block = 1; block <= 2; block++)
        {
            x = nn.functional.conv2d(x, weights[$"conv{block}.weight"], padding: [1, 1]);
            x = nn.functional.batch_norm(
                x, weights[$"bn{block}.running_mean"].clone().detach(), weights[$"bn{block}.running_var"].clone().detach(), weights[$"bn{block}.weight"], weights[$"bn{block}.bias"], training);
            x = nn.functional.max_pool2d(nn.functional.relu(x), 2);
        }
        var expected = nn.functional.linear(x.flatten(1), weights["fc.weight"], weights["fc.bias"]);
        module.train(training);
        var actual = module.call(rows);
        Assert.That(actual.data<float>().ToArray(), Is.EqualTo(expected.data<float>().ToArray()).Within(1e-4));

        expected.square().sum().backward();
        actual.square().sum().backward();
        foreach (var (name, parameter) in module.named_parameters())
        {
            var largest = weights[name].grad!.abs().max().item<float>();
            Assert.That(parameter.grad!.contiguous().data<float>().ToArray(), Is.EqualTo(weights[name].grad!.data<float>().ToArray()).Within(1e-4 * Math.Max(1, largest)), name);
        }
    }

    [Test]
    public void Weights_and_pictures_lie_channels_last([Values(1, 3)] int channels)
    {
        using var scope = NewDisposeScope();
        Assert.That(ChannelsLast.Of(zeros(2, channels, 4, 5)).stride(), Is.EqualTo(new long[] { 20 * channels, 1, 5 * channels, channels }));
        var image = arange(2 * channels * 20).view(2, channels, 4, 5);
        Assert.That(ChannelsLast.Of(image).eq(image).all().ToBoolean());
        using var generator = new Generator(1, CPU);
        using var module = new ConvNetEncoder { Image = new(channels, 16, 16) }.CreateModule(256 * channels, generator);
        module.to(TestDevice.Current);
        foreach (var (name, weight) in module.named_parameters().Where(entry => entry.name.Contains("conv")))
            Assert.That(weight.stride()[1], Is.EqualTo(1), name);
    }

    [Test]
    public void Inputs_are_standardised_by_channel()
    {
        using var scope = NewDisposeScope();
        var image = new ImageShape(2, 1, 3);
        using var layer = new ChannelStandardization(image);
        // Two rows; the first channel has 0 2 | 1 1 | 8 6, the second is constant.
        float[] rows = [0, 1, 8, 5, 5, 5, 2, 1, 6, 5, 5, 5];
        layer.Set([1, 1, 7, 5, 5, 5], [1, 0, 1, 0, 0, 0]);
        var actual = layer.call(tensor(rows, 2, 2, 1, 3)).data<float>().ToArray();
        double[] first = [0, 1, 8, 2, 1, 6];
        var deviation = Math.Sqrt(first.Average(x => (x - 3) * (x - 3)));
        Assert.That(actual[..3].Concat(actual[6..9]), Is.EqualTo(first.Select(x => (float)((x - 3) / deviation))).Within(1e-6));
        Assert.That(actual[3..6].Concat(actual[9..]), Is.All.Zero);
    }

    [Test]
    public void Every_row_is_embedded_by_itself_after_training([ValueSource(nameof(Encoders))] ImageEncoder encoder)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var generator = new Generator(1, CPU);
        using var module = encoder.CreateModule(encoder.Image.Length, generator);
        var rows = tensor(RandomWeights.Rows(1, 3, encoder.Image.Length), [3, encoder.Image.Length]);
        module.train();
        var training = module.call(rows);
        module.eval();
        var all = module.call(rows);
        Assert.That(all.shape, Is.EqualTo(new long[] { 3, encoder.OutputDimension }));
        for (var row = 0; row < 3; row++)
            Assert.That(module.call(rows.narrow(0, row, 1)).data<float>().ToArray(), Is.EqualTo(all[row].data<float>().ToArray()).Within(1e-4));
        Assert.That(all.allclose(training, atol: 1e-4), Is.False, "batch normalisation");
        if (encoder.L2Normalize)
            Assert.That(all.norm(1).data<float>().ToArray(), Is.All.EqualTo(1).Within(1e-5));
        Assert.That(encoder.DependsOnBatch);
    }

    [Test]
    public void Batches_are_bounded_by_memory()
    {
        Assert.That(Small.RowsAtOnce, Is.EqualTo(1024));
        Assert.That(new ResNetEncoder { Image = new(3, 224, 224) }.RowsAtOnce, Is.EqualTo(41));
        Assert.That(new ConvNetEncoder { Image = new(1, 56, 56) }.RowsAtOnce, Is.EqualTo(167));
        Assert.That(new ResNetEncoder { Image = new(3, 20_000, 20_000) }.RowsAtOnce, Is.EqualTo(1));
    }
}
