using Microsoft.ML.Similarity.Neighbors.Vectors;

namespace Microsoft.ML.Similarity.Tests.Neighbors.Vectors;

public sealed unsafe class FloatKernelsTests
{
    [Test]
    public void Every_width_gives_the_same_bits([Values(1, 3, 16, 17, 31, 64, 100, 4096)] int dimension, [Values(1f, 1e18f, 1e-20f)] float size)
    {
        Check<SquaredDifference>(dimension, size);
        Check<Product>(dimension, size);
    }

    [Test]
    public void Sums_are_those_of_the_definition()
    {
        using var rows = new TestRows(2, 50, seed: 4);
        double squares = 0, products = 0;
        for (var i = 0; i < 50; i++)
        {
            double a = rows.Rows.Row(0)[i], b = rows.Rows.Row(1)[i];
            squares += (a - b) * (a - b);
            products += a * b;
        }
        var (x, y, length) = ((nint)rows.Rows.Row(0), (nint)rows.Rows.Row(1), rows.Rows.Stride);
        Assert.That(FloatKernels<SquaredDifference>.One((float*)x, (float*)y, length), Is.EqualTo(squares).Within(1e-4));
        Assert.That(FloatKernels<Product>.One((float*)x, (float*)y, length), Is.EqualTo(products).Within(1e-4));
    }

    [Test]
    public void Tile_gives_the_sums_of_its_pairs([Values(1, 31, 128)] int dimension)
    {
        using var queries = new TestRows(4, dimension, seed: 1);
        using var rows = new TestRows(4, dimension, seed: 2);
        var sums = stackalloc System.Runtime.Intrinsics.Vector128<float>[4];
        FloatTile<SquaredDifference>.Compute<Lanes512>(queries.Rows.Start, rows.Rows.Start, rows.Rows.Stride, sums);
        for (var i = 0; i < 4; i++)
        {
            for (var j = 0; j < 4; j++)
            {
                var expected = FloatKernels<SquaredDifference, LanesScalar>.One(queries.Rows.Row(i), rows.Rows.Row(j), rows.Rows.Stride);
                Assert.That(sums[i][j], Is.EqualTo(expected), $"query {i}, row {j}");
            }
        }
    }

    private static void Check<TTerm>(int dimension, float size)
        where TTerm : struct, IMetricTerm
    {
        using var rows = new TestRows(5, dimension, seed: dimension, size);
        var r = rows.Rows;
        var expected = new float[4];
        for (var i = 0; i < 4; i++)
            expected[i] = FloatKernels<TTerm, LanesScalar>.One(r.Row(4), r.Row(i), r.Stride);
        Check<TTerm, LanesScalar>(r, expected);
        Check<TTerm, Lanes128>(r, expected);
        Check<TTerm, Lanes256>(r, expected);
        Check<TTerm, Lanes512>(r, expected);
        var chosen = FloatKernels<TTerm>.Four(r.Row(4), r.Row(0), r.Row(1), r.Row(2), r.Row(3), r.Stride);
        Assert.That(FloatKernels<TTerm>.One(r.Row(4), r.Row(1), r.Stride), Is.EqualTo(expected[1]));
        Assert.That(new[] { chosen[0], chosen[1], chosen[2], chosen[3] }, Is.EqualTo(expected));
    }

    private static void Check<TTerm, TLanes>(FloatRows r, float[] expected)
        where TTerm : struct, IMetricTerm
        where TLanes : struct, ILanes<TLanes>
    {
        var one = new float[4];
        for (var i = 0; i < 4; i++)
            one[i] = FloatKernels<TTerm, TLanes>.One(r.Row(4), r.Row(i), r.Stride);
        var four = FloatKernels<TTerm, TLanes>.Four(r.Row(4), r.Row(0), r.Row(1), r.Row(2), r.Row(3), r.Stride);
        Assert.That(one, Is.EqualTo(expected), typeof(TLanes).Name);
        Assert.That(new[] { four[0], four[1], four[2], four[3] }, Is.EqualTo(expected), typeof(TLanes).Name);
    }
}
