using Microsoft.ML.Similarity.Training;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace Microsoft.ML.Similarity.Tests.Training;

public sealed class AdamWTests
{
    private const double Decay = 0.1;

    [Test]
    public void Steps_follow_the_paper()
    {
        using var scope = NewDisposeScope();
        double[] values = [1, -2, 0.5];
        var parameter = new Parameter(tensor(values));
        using var optimizer = new AdamW([parameter], Decay);
        double[] means = [0, 0, 0], squares = [0, 0, 0];
        for (var step = 1; step <= 5; step++)
        {
            var rate = 0.1 / step;
            double[] gradients = [step, -0.5, 0];
            parameter.grad = tensor(gradients);
            optimizer.Step(rate);
            for (var i = 0; i < values.Length; i++)
            {
                means[i] = 0.9 * means[i] + 0.1 * gradients[i];
                squares[i] = 0.999 * squares[i] + 0.001 * gradients[i] * gradients[i];
                var mean = means[i] / (1 - Math.Pow(0.9, step));
                var square = squares[i] / (1 - Math.Pow(0.999, step));
                values[i] = values[i] * (1 - rate * Decay) - rate * mean / (Math.Sqrt(square) + 1e-8);
            }
            Assert.That(parameter.data<double>().ToArray(), Is.EqualTo(values).Within(1e-6), $"step {step}");
        }
    }

    [Test]
    public void A_parameter_without_a_gradient_stays()
    {
        using var scope = NewDisposeScope();
        var (moving, still) = (new Parameter(ones(2)), new Parameter(ones(2)));
        using var optimizer = new AdamW([still, moving], Decay);
        moving.grad = ones(2);
        optimizer.Step(0.1);
        Assert.That(still.data<float>().ToArray(), Is.EqualTo(new[] { 1f, 1f }));
        Assert.That(moving.data<float>().ToArray(), Has.All.LessThan(1f));
    }
}
