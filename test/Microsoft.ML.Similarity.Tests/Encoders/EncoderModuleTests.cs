using Microsoft.ML.Similarity.Encoders;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Tests.Encoders;

public sealed class EncoderModuleTests
{
    [Test]
    public void Dropout_drops_in_training_only_and_keeps_the_mean()
    {
        using var scope = NewDisposeScope();
        var encoder = new MlpEncoder
        {
            OutputDimension = 2,
            HiddenWidths = [40],
            Activation = Activation.None,
            Dropout = 0.5,
            LinearShortcut = false,
            L2Normalize = false,
        };
        using var generator = new Generator(3, CPU);
        using var module = encoder.CreateModule(4, generator);
        module.Randomness = generator;
        var rows = tensor([1f, -1, 2, 0.5f]).repeat(20_000, 1);

        module.eval();
        var expected = module.call(rows);
        Assert.That(module.call(rows).eq(expected).all().ToBoolean());
        module.train();
        var dropped = module.call(rows);
        Assert.That(module.call(rows).eq(dropped).all().ToBoolean(), Is.False, "each call draws anew");
        Assert.That(dropped.std(0, unbiased: true).data<float>().ToArray(), Is.All.GreaterThan(0.1f));
        Assert.That(dropped.mean([0]).data<float>().ToArray(), Is.EqualTo(expected[0].data<float>().ToArray()).Within(0.02f));
    }

    [Test]
    public void Making_and_training_a_module_leaves_the_global_generator_alone()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(11);
        var expected = rand(5).data<float>().ToArray();
        random.manual_seed(11);
        TrainedOutput(1);
        Assert.That(rand(5).data<float>().ToArray(), Is.EqualTo(expected));
    }

    [Test]
    public void The_generator_decides_weights_and_masks()
    {
        using var scope = NewDisposeScope();
        var first = TrainedOutput(1);
        random.manual_seed(99);
        Assert.That(TrainedOutput(1), Is.EqualTo(first));
        Assert.That(TrainedOutput(2), Is.Not.EqualTo(first));
    }

    [Test]
    public void With_a_shortcut_training_begins_with_a_linear_map()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(3, CPU);
        using var module = new MlpEncoder { OutputDimension = 3, HiddenWidths = [6], L2Normalize = false }.CreateModule(4, generator);
        module.eval();
        var (x, y, zero) = (rand(1, 4), rand(1, 4), zeros(1, 4));
        var sum = module.call(x) + module.call(y) - module.call(zero);
        Assert.That(sum.allclose(module.call(x + y), atol: 1e-6));
    }

    [Test]
    public void Weights_outlive_the_scope_in_which_the_module_was_made()
    {
        using var generator = new Generator(3, CPU);
        EncoderModule module;
        using (NewDisposeScope())
            module = new MlpEncoder { HiddenWidths = [6], BatchNorm = true }.CreateModule(4, generator);
        Assert.That(module.GetWeights().Names, Is.EquivalentTo(new[]
        {
            "input_mean", "input_deviation", "linear0.weight", "linear0.bias", "norm0.weight", "norm0.bias", "norm0.running_mean",
            "norm0.running_var", "norm0.num_batches_tracked", "linear1.weight", "linear1.bias", "shortcut.weight", "shortcut.bias",
        }));
        module.Dispose();
    }

    // A step with dropout and batch normalisation, then the embedding of a row.
    private static float[] TrainedOutput(ulong seed)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(seed, CPU);
        using var module = new MlpEncoder { OutputDimension = 3, HiddenWidths = [8, 8], Dropout = 0.4, BatchNorm = true }.CreateModule(4, generator);
        module.Randomness = generator;
        using var optimizer = optim.SGD(module.parameters(), 0.1);
        module.train();
        for (var i = 0; i < 3; i++)
        {
            module.call(eye(4)).sum().backward();
            optimizer.step();
        }
        module.eval();
        return module.call(ones(1, 4)).data<float>().ToArray();
    }
}
