using Microsoft.ML.Similarity.Neighbors.Vectors;

namespace Microsoft.ML.Similarity.Tests.Neighbors.Vectors;

public sealed unsafe class CodeKernelsTests
{
    [Test]
    public void Every_width_gives_the_sum_of_the_products([Values(32, 64, 96, 128, 480)] int length, [Values] bool extreme)
    {
        using var memory = new AlignedMemory(5 * length);
        var query = (sbyte*)memory.Pointer;
        byte* a = memory.Pointer + length, b = a + length, c = b + length, d = c + length;
        var random = new Random(length);
        for (var i = 0; i < length; i++)
            query[i] = extreme ? (sbyte)-127 : (sbyte)random.Next(-127, 128);
        for (var i = 0; i < 4 * length; i++)
            a[i] = extreme ? (byte)127 : (byte)random.Next(128);
        Check<CodeWidthScalar>(query, a, b, c, d, length);
        Check<CodeWidth128>(query, a, b, c, d, length);
        if (System.Runtime.Intrinsics.X86.Avx2.IsSupported)
            Check<CodeWidth256>(query, a, b, c, d, length);
        if (System.Runtime.Intrinsics.X86.Avx512BW.IsSupported)
            Check<CodeWidth512>(query, a, b, c, d, length);
        Assert.That(CodeKernels.One(query, b, length), Is.EqualTo(Expected(query, b, length)));
        Assert.That(CodeKernels.Four(query, a, b, c, d, length)[3], Is.EqualTo(Expected(query, d, length)));
    }

    private static void Check<TWidth>(sbyte* query, byte* a, byte* b, byte* c, byte* d, int length)
        where TWidth : struct, ICodeWidth
    {
        int[] expected = [Expected(query, a, length), Expected(query, b, length), Expected(query, c, length), Expected(query, d, length)];
        int[] one = [TWidth.One(query, a, length), TWidth.One(query, b, length), TWidth.One(query, c, length), TWidth.One(query, d, length)];
        var four = TWidth.Four(query, a, b, c, d, length);
        Assert.That(one, Is.EqualTo(expected), typeof(TWidth).Name);
        Assert.That(new[] { four[0], four[1], four[2], four[3] }, Is.EqualTo(expected), typeof(TWidth).Name);
    }

    private static int Expected(sbyte* query, byte* row, int length)
    {
        var sum = 0;
        for (var i = 0; i < length; i++)
            sum += query[i] * row[i];
        return sum;
    }
}
