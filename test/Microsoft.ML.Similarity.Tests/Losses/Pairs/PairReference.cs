using Microsoft.ML.Similarity.Losses.Pairs;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Tests.Losses.Pairs;

/// <summary>Compares a loss with a plain loop over numbers: the value, and the gradient with the loop's differences.</summary>
internal static class PairReference
{
    private const double Step = 1e-5;

    /// <param name="loss">The loss.</param>
    /// <param name="rows">How many pairs.</param>
    /// <param name="targets">Their targets, or null.</param>
    /// <param name="columns">How many columns of hard negatives.</param>
    /// <param name="reference">From left rows, right rows and hard negatives, one array for each row, to the loss.</param>
    /// <param name="fixedRight">Whether right rows get no gradient.</param>
    public static void AssertEqual(
        PairLoss loss, int rows, Tensor? targets, int columns, Func<double[][], double[][], double[][][], double> reference, bool fixedRight = false)
    {
        using var scope = NewDisposeScope();
        Tensor[] inputs = [.. Enumerable.Range(0, 2 + columns).Select(i => Batches.Uniform(i + 1, rows, 6).requires_grad_())];
        double[][][] numbers = [.. inputs.Select(Rows)];
        double Reference() => reference(numbers[0], numbers[1], numbers[2..]);

        var value = loss.Compute(inputs[0], inputs[1], targets, inputs[2..]);
        value.backward();
        Assert.That(value.ToDouble(), Is.EqualTo(Reference()).Within(1e-10 * Math.Max(1, Math.Abs(value.ToDouble()))));
        Assert.That(Math.Abs(value.ToDouble()), Is.GreaterThan(1e-3));
        for (var i = 0; i < inputs.Length; i++)
        {
            if (i == 1 && fixedRight)
            {
                Assert.That(inputs[i].grad, Is.Null);
                continue;
            }
            var gradient = Rows(inputs[i].grad!);
            var largest = gradient.Max(row => row.Max(Math.Abs));
            Assert.That(largest, Is.GreaterThan(1e-3));
            for (var row = 0; row < rows; row++)
            {
                for (var column = 0; column < 6; column++)
                {
                    ref var x = ref numbers[i][row][column];
                    var at = x;
                    x = at + Step;
                    var above = Reference();
                    x = at - Step;
                    var below = Reference();
                    x = at;
                    Assert.That(gradient[row][column], Is.EqualTo((above - below) / (2 * Step)).Within(1e-6 * Math.Max(1, largest)));
                }
            }
        }
    }

    public static double Dot(double[] x, double[] y) => x.Zip(y, (a, b) => a * b).Sum();

    public static double Cosine(double[] x, double[] y) => Dot(x, y) / Math.Sqrt(Dot(x, x) * Dot(y, y));

    public static double Euclidean(double[] x, double[] y) => Math.Sqrt(x.Zip(y, (a, b) => (a - b) * (a - b)).Sum());

    private static double[][] Rows(Tensor matrix) =>
        [.. Enumerable.Range(0, (int)matrix.shape[0]).Select(row => matrix.detach()[row].contiguous().data<double>().ToArray())];
}
