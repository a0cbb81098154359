using Microsoft.ML.Similarity.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Tests.Losses;

/// <summary>Regularisers of embeddings against plain loops, in float64.</summary>
public sealed class RegulariserTests
{
    private static readonly long[] Labels = [0, 0, 0, 1, 1, 2, 2, 3];
    private static readonly double[] Weights = [1, 0.5, 2, 1, 0, 1, 0.25, 3];

    [Test]
    public void The_norm([Values(1, 1.5, 2, 3)] double p, [Values(1, 2, 1.5)] double power, [Values] bool weighted) =>
        AssertEqual(new EmbeddingNormLoss { P = p, Power = power }, weighted,
            (rows, weights) => Mean(rows, weights, row => Math.Pow(row.Sum(x => Math.Pow(Math.Abs(x), p)), power / p)));

    [Test]
    public void The_sum_of_values([Values] bool weighted) =>
        AssertEqual(new ZeroMeanLoss(), weighted, (rows, weights) => Mean(rows, weights, row => Math.Abs(row.Sum())));

    [Test]
    public void The_moments_of_cosines([Values] bool weighted, [Values(3, 40)] int dimension) =>
        AssertEqual(new GlobalOrthogonalLoss(), weighted, (rows, weights) =>
        {
            double first = 0, second = 0, total = 0;
            for (var i = 0; i < rows.Length; i++)
            {
                for (var j = 0; j < rows.Length; j++)
                {
                    if (Labels[i] == Labels[j])
                        continue;
                    var cosine = rows[i].Zip(rows[j]).Sum(pair => pair.First * pair.Second) / Length(rows[i]) / Length(rows[j]);
                    (first, second, total) = (first + weights[i] * cosine, second + weights[i] * cosine * cosine, total + weights[i]);
                }
            }
            return Math.Pow(first / total, 2) + Math.Max(0, second / total - 1.0 / dimension);

            static double Length(double[] row) => Math.Sqrt(row.Sum(x => x * x));
        }, dimension);

    [Test]
    public void Right_angles_have_no_loss()
    {
        using var scope = NewDisposeScope();
        var rows = eye(3, dtype: ScalarType.Float64).requires_grad_();
        var value = new GlobalOrthogonalLoss().Compute(rows, tensor([0L, 1, 2]));
        value.backward();
        Assert.That(value.ToDouble(), Is.Zero);
        Assert.That(rows.grad!.count_nonzero().ToInt64(), Is.Zero);
    }

    [Test]
    public void The_moments_take_no_reducer() => Assert.That(() => new GlobalOrthogonalLoss { Reducer = new SumReducer() }.CreateModule(),
        Throws.ArgumentException.With.Message.EqualTo("Reducer is SumReducer; GlobalOrthogonalLoss takes none: its moments are means. (Parameter 'Reducer')"));

    [Test]
    public void Powers_below_1_are_refused([Values(0.5, double.NaN)] double value)
    {
        Assert.That(() => new EmbeddingNormLoss { P = value }, Throws.TypeOf<ArgumentOutOfRangeException>().With.Property("ParamName").EqualTo("P"));
        Assert.That(() => new EmbeddingNormLoss { Power = value }, Throws.TypeOf<ArgumentOutOfRangeException>().With.Property("ParamName").EqualTo("Power"));
    }

    private static double Mean(double[][] rows, double[] weights, Func<double[], double> loss) =>
        rows.Zip(weights).Sum(pair => loss(pair.First) * pair.Second) / weights.Sum();

    // The gradient against central differences of the loop.
    private static void AssertEqual(Loss loss, bool weighted, Func<double[][], double[], double> expected, int dimension = 4)
    {
        using var scope = NewDisposeScope();
        var embeddings = Batches.Uniform(11, Labels.Length, dimension).requires_grad_();
        var weights = weighted ? Weights : [.. Weights.Select(_ => 1.0)];
        using var module = loss.CreateModule();
        var value = module.call(new EmbeddedBatch(embeddings, Relation.FromLabels(tensor(Labels)), weighted ? tensor(weights) : null), null).Value;
        var array = Batches.ToArray(embeddings);
        double[][] rows = [.. Enumerable.Range(0, Labels.Length).Select(i => Enumerable.Range(0, dimension).Select(j => array[i, j]).ToArray())];
        Assert.That(value.ToDouble(), Is.EqualTo(expected(rows, weights)).Within(1e-13));

        var gradient = Batches.ToArray(autograd.grad([value], [embeddings])[0]);
        const double step = 1e-6;
        for (var i = 0; i < rows.Length; i++)
        {
            for (var j = 0; j < dimension; j++)
            {
                var x = rows[i][j];
                rows[i][j] = x + step;
                var above = expected(rows, weights);
                rows[i][j] = x - step;
                var below = expected(rows, weights);
                rows[i][j] = x;
                Assert.That(gradient[i, j], Is.EqualTo((above - below) / (2 * step)).Within(1e-8));
            }
        }
    }
}
