using Microsoft.ML.Similarity.Neighbors.Vectors;

namespace Microsoft.ML.Similarity.Tests.Neighbors.Vectors;

public sealed unsafe class CodeScaleTests
{
    private const int Count = 40;

    [Test]
    public void Distance_of_codes_is_that_of_the_values_but_for_the_errors_told([Values(1f, 20f)] float querySize)
    {
        using var rows = new TestRows(1, Count, seed: 1);
        using var queries = new TestRows(1, Count, seed: 2, querySize);
        var scale = CodeScale.Reaching(2.5f);
        byte* row = stackalloc byte[64];
        sbyte* query = stackalloc sbyte[64];
        var rowError = scale.EncodeRow(rows.Rows.Row(0), Count, row, out var rowNorm);
        var queryError = scale.EncodeQuery(queries.Rows.Row(0), Count, query, out var queryNorm, out var offset);
        var product = 0;
        for (var i = 0; i < Count; i++)
            product += query[i] * row[i];
        var squared = queryNorm + (4.0 * rowNorm) - (4.0 * (product - offset));
        var distance = Math.Sqrt(squared) * scale.Step / 2;
        var actual = Math.Sqrt(FloatKernels<SquaredDifference>.One(rows.Rows.Row(0), queries.Rows.Row(0), rows.Rows.Stride));
        Assert.That(Math.Abs(distance - actual), Is.LessThanOrEqualTo(Math.Sqrt(rowError) + Math.Sqrt(queryError) + 1e-5));
        Assert.That(rowError, Is.GreaterThan(0).And.LessThan(Count * scale.Step * scale.Step));
    }

    [Test]
    public void Equal_values_have_a_scale_too()
    {
        var value = 0f;
        byte* code = stackalloc byte[32];
        Assert.That(CodeScale.Reaching(0).EncodeRow(&value, 1, code, out _), Is.Zero);
        Assert.That(code[0], Is.EqualTo(CodeScale.RowZero));
    }
}
