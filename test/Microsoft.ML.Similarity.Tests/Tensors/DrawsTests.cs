using Microsoft.ML.Similarity.Tensors;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Tests.Tensors;

/// <summary>On the <see cref="TestDevice"/>: on a GPU, where many numbers are mixed and few copied, these are tests of both.</summary>
public sealed class DrawsTests
{
    [Test]
    public void Numbers_are_uniform_and_decided_by_the_generator([Values(16, 300)] int side)
    {
        using var scope = NewDisposeScope();
        var first = Draw(1);
        Assert.That(Draw(1), Is.EqualTo(first));
        Assert.That(Draw(2), Is.Not.EqualTo(first));
        Assert.That(first, Is.All.InRange(0, 0.99999999f));
        Assert.That(first.Average(), Is.EqualTo(0.5).Within(3 * Math.Sqrt(1 / 12.0 / first.Length)));
        Assert.That(first.Chunk(side).Select(row => row[0]).Average(), Is.EqualTo(0.5).Within(4 * Math.Sqrt(1 / 12.0 / side)), "rows begin anywhere");

        float[] Draw(ulong seed)
        {
            using var generator = new Generator(seed, CPU);
            return Draws.Uniform(TestDevice.Current, generator, side, side).cpu().data<float>().ToArray();
        }
    }

    [Test]
    public void Each_call_draws_anew()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1, CPU);
        var (first, second) = (Draws.Uniform(TestDevice.Current, generator, 100, 100), Draws.Uniform(TestDevice.Current, generator, 100, 100));
        Assert.That(first.eq(second).sum().cpu().item<long>(), Is.LessThan(10));
        using var state = generator.get_state();
        var third = Draws.Uniform(TestDevice.Current, generator, 100, 100);
        generator.set_state(state);
        Assert.That(Draws.Uniform(TestDevice.Current, generator, 100, 100).eq(third).all().cpu().item<bool>(), "a state replays");
    }

    // What a GPU takes for many numbers, on any device.
    [Test]
    public void Mixing_leaves_no_pattern()
    {
        using var scope = NewDisposeScope();
        var mixed = Draws.Mix(Draws.Mix(Draws.Counts(1 << 16, TestDevice.Current)).bitwise_xor(Draws.Constant(12345, TestDevice.Current))).cpu().data<long>().ToArray();
        Assert.That(mixed, Is.All.InRange(0, uint.MaxValue));
        Assert.That(mixed.Distinct().Count(), Is.EqualTo(mixed.Length));
        for (var bit = 0; bit < 32; bit++)
            Assert.That(mixed.Average(value => value >> bit & 1), Is.EqualTo(0.5).Within(0.01), $"bit {bit}");
        Assert.That(mixed.Zip(mixed.Skip(1)).Average(pair => System.Numerics.BitOperations.PopCount((ulong)(pair.First ^ pair.Second))), Is.EqualTo(16).Within(0.1), "neighbours");
    }
}
