using Microsoft.ML.Similarity.Neighbors.Vectors;

namespace Microsoft.ML.Similarity.Tests.Neighbors.Vectors;

public sealed unsafe class PrincipalAxesTests
{
    private const int Dimension = 20;

    [Test]
    public void Finds_the_directions_of_largest_variance_despite_outliers()
    {
        using var rows = Stretched(2000);
        for (var j = 0; j < Dimension; j++)
            rows.Rows.Row(7)[j] = 1e6f;
        using var axes = PrincipalAxesFit.Fit(rows.Rows, 3, seed: 1, new ParallelOptions());
        Assert.That(axes.Variances[0], Is.EqualTo(100).Within(12));
        Assert.That(axes.Variances[1], Is.EqualTo(25).Within(3));
        Assert.That(axes.TotalVariance, Is.EqualTo(125 + 18).Within(14));
        Assert.That(Math.Abs(axes.Axes[4]), Is.GreaterThan(0.99f));
        Assert.That(Math.Abs(axes.Axes[axes.Stride + 11]), Is.GreaterThan(0.99f));
        Assert.That(axes.Mean[2], Is.EqualTo(3).Within(0.2));
        Assert.That(axes.Skew, Is.LessThan(1e-5));
    }

    [Test]
    public void Many_vectors_are_rotated_as_one_by_one([Values(1, 4, 11)] int count, [Values(1, 3, 16, 37)] int axes, [Values(5, 100)] int dimension)
    {
        using var rows = new TestRows(axes, dimension, seed: 1);
        using var vectors = new TestRows(count, dimension, seed: 2);
        using var products = new TestRows(count, axes, seed: 3);
        using var single = new TestRows(1, axes, seed: 4);
        var width = products.Rows.Stride;
        PrincipalAxes.Rotate(rows.Rows.Start, vectors.Rows, axes, products.Rows.Start, new ParallelOptions());
        for (var i = 0; i < count; i++)
        {
            PrincipalAxes.Rotate(rows.Rows.Start, vectors.Rows.Row(i), axes, vectors.Rows.Stride, single.Rows.Start);
            Assert.That(new ReadOnlySpan<float>(products.Rows.Row(i), width).ToArray(), Is.EqualTo(new ReadOnlySpan<float>(single.Rows.Start, width).ToArray()));
        }
    }

    [Test]
    public void All_axes_keep_lengths()
    {
        using var rows = Stretched(100);
        using var axes = PrincipalAxesFit.Fit(rows.Rows, Dimension, seed: 1, new ParallelOptions());
        float* projected = stackalloc float[32], centred = stackalloc float[32];
        axes.Project(rows.Rows.Row(5), Dimension, projected, centred);
        var length = FloatKernels<SquaredDifference>.One(rows.Rows.Row(5), axes.Mean, axes.Stride);
        Assert.That(FloatKernels<Product>.One(projected, projected, 32), Is.EqualTo(length).Within(1e-3 * length));
    }

    [Test]
    public void Threads_do_not_change_a_bit()
    {
        using var rows = Stretched(500);
        using var one = PrincipalAxesFit.Fit(rows.Rows, 8, seed: 3, new ParallelOptions { MaxDegreeOfParallelism = 1 });
        using var many = PrincipalAxesFit.Fit(rows.Rows, 8, seed: 3, new ParallelOptions { MaxDegreeOfParallelism = 8 });
        var values = 8 * one.Stride;
        Assert.That(new Span<float>(one.Axes, values).SequenceEqual(new Span<float>(many.Axes, values)));
        Assert.That(one.Variances, Is.EqualTo(many.Variances));
    }

    [TestCase(1)]
    [TestCase(4)]
    public void Rows_without_variance_have_axes_all_the_same(int count)
    {
        using var rows = new TestRows(count, Dimension, seed: 1, size: 0);
        using var axes = PrincipalAxesFit.Fit(rows.Rows, Dimension, seed: 1, new ParallelOptions());
        Assert.That(axes.Variances, Is.All.EqualTo(0));
        Assert.That(axes.Skew, Is.LessThan(1e-5));
    }

    private static TestRows Stretched(int count)
    {
        var rows = new TestRows(count, Dimension, seed: 6);
        for (var i = 0; i < count; i++)
        {
            var row = rows.Rows.Row(i);
            row[4] *= 10;
            row[11] *= 5;
            row[2] += 3;
        }
        return rows;
    }
}
