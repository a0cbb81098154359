using Microsoft.ML.Similarity.Distances;
using Microsoft.ML.Similarity.Tests.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Tests.Distances;

public sealed class EuclideanDistanceTests
{
    [Test]
    public void It_is_the_root_of_the_sum_of_squares([Values] bool normalize, [Values] bool same)
    {
        using var scope = NewDisposeScope();
        var left = Batches.Uniform(1, 9, 5);
        var right = same ? left : Batches.Uniform(2, 6, 5);
        var actual = Batches.ToArray(new EuclideanDistance { Normalize = normalize }.Pairwise(left, right));
        var (l, r) = (Rows(left, normalize), Rows(right, normalize));
        for (var i = 0; i < l.Length; i++)
        {
            for (var j = 0; j < r.Length; j++)
                Assert.That(actual[i, j], Is.EqualTo(Math.Sqrt(l[i].Zip(r[j]).Sum(x => Math.Pow(x.First - x.Second, 2)))).Within(1e-12));
        }
    }

    [Test]
    public void Equal_rows_have_distance_0_and_no_gradient(
        [Values] bool normalize, [Values] bool same, [Values(ScalarType.Float32, ScalarType.Float64)] ScalarType type,
        [Values(3, 64, 1024)] int dimension, [Values(0, 30)] double offset)
    {
        using var scope = NewDisposeScope();
        var rows = Batches.Uniform(1, 10, dimension, type) + offset;
        // Rows 0 to 9, then the same again.
        var left = rows.repeat(2, 1).requires_grad_();
        var distances = new EuclideanDistance { Normalize = normalize }.Pairwise(left, same ? left : left.detach().clone());
        var equal = eye(10, dtype: ScalarType.Bool).repeat(2, 2);
        Assert.That(distances.masked_select(equal).count_nonzero().ToInt64(), Is.Zero);
        Assert.That((distances.masked_select(equal.logical_not()) > 0).all().ToBoolean());

        distances.masked_select(equal).sum().backward();
        Assert.That(left.grad!.count_nonzero().ToInt64(), Is.Zero);
    }

    [Test]
    public void Gradients_are_finite_for_equal_rows_and_rows_of_zeros([Values] bool normalize)
    {
        using var scope = NewDisposeScope();
        var rows = tensor(new float[,] { { 0, 0 }, { 0, 0 }, { 3, 4 }, { 3, 4 }, { 1e-20f, 0 } }).requires_grad_();
        var distances = new EuclideanDistance { Normalize = normalize }.Pairwise(rows, rows);
        distances.sum().backward();
        Assert.That(distances[0, 2].ToSingle(), Is.EqualTo(normalize ? 1 : 5).Within(1e-6), "a row of zeros stays a row of zeros");
        Assert.That(distances[0, 1].ToSingle(), Is.Zero);
        Assert.That(rows.grad!.isfinite().all().ToBoolean());
        Assert.That(rows.grad!.abs().max().ToSingle(), Is.LessThan(100), "no direction is pulled with 1 / 1e-12");
    }

    [Test]
    public void Rows_far_from_the_origin_keep_their_distances()
    {
        using var scope = NewDisposeScope();
        var rows = Batches.Uniform(3, 40, 16, ScalarType.Float32) + 1000;
        var exact = new EuclideanDistance { Normalize = false }.Pairwise(rows.to(ScalarType.Float64), rows.to(ScalarType.Float64));
        var actual = new EuclideanDistance { Normalize = false }.Pairwise(rows, rows);
        Assert.That(Batches.Deviation(actual, exact), Is.LessThan(1e-5));
    }

    private static double[][] Rows(Tensor rows, bool normalize)
    {
        var width = (int)rows.shape[1];
        return [.. rows.data<double>().ToArray().Chunk(width).Select(row =>
        {
            var norm = normalize ? Math.Sqrt(row.Sum(x => x * x)) : 1;
            return row.Select(x => x / norm).ToArray();
        })];
    }
}
