using Microsoft.ML.Similarity.Tensors;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Tests.Tensors;

public sealed class DrawTapeTests
{
    [Test]
    public void Work_repeated_from_a_tape_sees_the_numbers_that_it_would_have_drawn()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1, CPU);
        using var alone = new Generator(1, CPU);
        using var tape = new DrawTape();
        var seen = new List<float[]>();
        tape.Record(() => Work(generator, seen));
        for (var i = 0; i < 3; i++)
        {
            tape.Redraw();
            tape.Play(() => Work(generator, seen));
        }
        var expected = new List<float[]>();
        for (var i = 0; i < 4; i++)
            Work(alone, expected);
        Assert.That(seen, Is.EqualTo(expected));
        Assert.That(seen[0], Is.Not.EqualTo(seen[2]));
    }

    [Test]
    public void Other_work_is_refused()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1, CPU);
        using var tape = new DrawTape();
        tape.Record(() => Work(generator, []));
        Assert.That(
            () => tape.Play(() => Draws.Uniform(CPU, generator, 3)),
            Throws.InvalidOperationException.With.Message.EqualTo("Work that drew 2 times drew 1 times when it was repeated."));
    }

    private static void Work(Generator generator, List<float[]> seen)
    {
        foreach (var size in new[] { 3, 2 })
        {
            using var drawn = Draws.Uniform(CPU, generator, size);
            seen.Add(drawn.data<float>().ToArray());
        }
    }
}
