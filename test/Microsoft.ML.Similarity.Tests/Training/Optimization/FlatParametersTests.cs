using Microsoft.ML.Similarity.Encoders;
using Microsoft.ML.Similarity.Tests.Encoders;
using Microsoft.ML.Similarity.Training.Optimization;
using TorchSharp;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace Microsoft.ML.Similarity.Tests.Training.Optimization;

public sealed class FlatParametersTests
{
    [Test]
    public void Parameters_and_gradients_are_views_and_backward_adds_in_place()
    {
        using var scope = NewDisposeScope();
        var (matrix, vector) = (new Parameter(tensor(new float[] { 1, 2, 3, 4, 5, 6 }).reshape(2, 3)), new Parameter(tensor(new float[] { 7, 8 })));
        using var flat = new FlatParameters([new("matrix", matrix), new("vector", vector)], decayVectors: true, channelsLast: true);
        var group = flat.Groups.Single();
        Assert.That(group.Values.data<float>().ToArray(), Is.EqualTo(new float[] { 1, 2, 3, 4, 5, 6, 7, 8 }));
        for (var times = 1; times <= 2; times++)
        {
            var output = nn.functional.linear(tensor(new float[] { 1, 2, 3 }).reshape(1, 3), matrix, vector).sum();
            output.backward();
            Assert.That(group.Gradients.data<float>().ToArray(), Is.EqualTo(new float[] { 1, 2, 3, 1, 2, 3, 1, 1 }.Select(x => x * times)));
        }
        flat.ZeroGradients();
        Assert.That(matrix.grad!.data<float>().ToArray(), Is.All.EqualTo(0f));
        using var _ = no_grad();
        group.Values.fill_(9f.ToScalar());
        Assert.That(matrix.data<float>().ToArray(), Is.All.EqualTo(9f));
    }

    [Test]
    public void Weights_of_convolutions_lie_channels_last_and_compute_the_same([Values] bool channelsLast)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(3);
        var values = rand([4, 3, 2, 2], generator: generator);
        var input = rand([2, 3, 5, 5], generator: generator);
        var plain = values.clone().requires_grad_();
        var weight = new Parameter(values.clone());
        using var flat = new FlatParameters([new("weight", weight)], decayVectors: false, channelsLast);
        Assert.That(weight.stride(), Is.EqualTo(channelsLast ? new long[] { 12, 1, 6, 3 } : [12, 4, 2, 1]));
        Assert.That(weight.eq(values).all().item<bool>());

        nn.functional.conv2d(input, plain).square().sum().backward();
        nn.functional.conv2d(input, weight).square().sum().backward();
        Assert.That(flat.Groups.Single().Gradients.abs().sum().item<float>(), Is.GreaterThan(0));
        Assert.That(weight.grad!.allclose(plain.grad!));
    }

    [Test]
    public void Groups_are_by_type_decay_rate_and_freezing_and_what_is_never_trained_is_in_none()
    {
        using var scope = NewDisposeScope();
        Parameter Of(ScalarType type, params long[] shape) => new(zeros(shape, dtype: type));
        var never = Of(ScalarType.Float32, 2);
        using var flat = new FlatParameters(
            [
                new("a", Of(ScalarType.Float32, 2, 2)), new("b", Of(ScalarType.Float32, 2)), new("c", Of(ScalarType.Float32, 3, 1)), new("d", Of(ScalarType.Float64, 2, 2)),
                new("e", Of(ScalarType.Float32, 2, 2), LearningRateFactor: 0.5), new("f", Of(ScalarType.Float32, 2, 2), FrozenEpochs: 1), new("g", never, LearningRateFactor: 0),
            ],
            decayVectors: false, channelsLast: false);
        Assert.That(flat.Groups.Select(group => string.Join(" ", group.Names)), Is.EqualTo(new[] { "a c", "b", "d", "e", "f" }));
        Assert.That(flat.Groups.Select(group => group.Decays), Is.EqualTo(new[] { true, false, true, true, true }));
        Assert.That(never.requires_grad, Is.False);
    }

    [Test]
    public void Frozen_parameters_stay_and_move_when_they_are_let_go()
    {
        using var scope = NewDisposeScope();
        var (head, body) = (new Parameter(ones(2, 2)), new Parameter(ones(2, 2)));
        using var flat = new FlatParameters([new("head", head), new("body", body, FrozenEpochs: 2)], decayVectors: false, channelsLast: false);
        using var module = new AdamWOptimizer().CreateModule(flat);
        module.SetLearningRate(0.1);
        for (var epoch = 1; epoch <= 3; epoch++)
        {
            flat.BeginEpoch(epoch);
            flat.ZeroGradients();
            (head.sum() * body.sum()).backward();
            module.Step();
            Assert.That(flat.Groups[1].Gradients.data<float>().ToArray(), epoch < 3 ? Is.All.EqualTo(0f) : Is.All.Not.EqualTo(0f));
            Assert.That(body.data<float>().ToArray(), epoch < 3 ? Is.All.EqualTo(1f) : Is.All.LessThan(0.91f));
        }
        Assert.That(head.data<float>().ToArray(), Is.All.LessThan(0.75f));
    }

    [Test]
    public void An_encoder_keeps_its_names_values_and_ways_in_and_out()
    {
        using var generator = new Generator(1);
        var encoder = new MlpEncoder { HiddenWidths = [3], OutputDimension = 2, BatchNorm = true };
        using var module = encoder.CreateModule(4, generator);
        var before = module.GetWeights();
        using var flat = new FlatParameters(module.named_parameters().Select(entry => new NamedParameter(entry.name, entry.parameter)), decayVectors: false, channelsLast: false);
        var after = module.GetWeights();
        Assert.That(after.Names, Is.EqualTo(before.Names));
        Assert.That(after.Entries.Select(entry => entry.Value.Values), Is.EqualTo(before.Entries.Select(entry => entry.Value.Values)));

        var ones = new EncoderWeights(before.Entries.Select(entry =>
            KeyValuePair.Create(entry.Key, new EncoderWeights.Entry(entry.Value.Shape, [.. entry.Value.Values.Select(_ => 1f)]))));
        module.SetWeights(ones);
        Assert.That(flat.Groups.SelectMany(group => group.Values.data<float>().ToArray()), Is.All.EqualTo(1f));
    }
}
