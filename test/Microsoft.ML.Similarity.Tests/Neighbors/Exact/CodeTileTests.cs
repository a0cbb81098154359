using System.Runtime.Intrinsics.X86;
using Microsoft.ML.Similarity.Neighbors.Exact;
using Microsoft.ML.Similarity.Neighbors.Vectors;

namespace Microsoft.ML.Similarity.Tests.Neighbors.Exact;

public sealed unsafe class CodeTileTests
{
    private const int Queries = 8;
    private const int Rows = 32;

    public enum Codes
    {
        Usual,
        Any,
        LargestOfShortSums,
        Extreme,
    }

    [Test]
    public void Rows_pass_whose_sums_are_above_the_threshold([Values(1, 2, 13, 40)] int steps, [Values] Codes codes)
    {
        using var memory = new AlignedMemory((Rows * steps * 4) + (Queries * steps * 4) + (Rows * sizeof(int)));
        var blocks = memory.Pointer;
        var queries = (sbyte*)(blocks + (Rows * steps * 4));
        var bias = (int*)(queries + (Queries * steps * 4));
        var random = new Random(steps);
        for (var i = 0; i < Rows * steps * 4; i++)
            blocks[i] = codes is Codes.Usual or Codes.Any ? (byte)random.Next(128) : (byte)127;
        for (var i = 0; i < Queries * steps * 4; i++)
        {
            var sign = i / 4 % 2 == 0 ? -1 : 1;
            queries[i] = codes switch
            {
                Codes.Extreme => (sbyte)(sign * 127),
                // Two steps of four, in twos: 258 in all.
                Codes.LargestOfShortSums => (sbyte)(sign * (i % 2 == 0 ? 127 : 2)),
                Codes.Any => (sbyte)random.Next(-127, 128),
                _ => (sbyte)random.Next(-64, 65),
            };
        }
        for (var i = 0; i < Rows; i++)
            bias[i] = random.Next(-20000, 0);

        var thresholds = stackalloc int[Queries];
        for (var i = 0; i < Queries; i++)
            thresholds[i] = Sum(blocks, queries, bias, steps, i, i % 16, Queries) - (i % 2);   // equal does not pass
        Check<CodeTile128>(blocks, queries, bias, steps, thresholds, codes);
        if (Avx2.IsSupported)
            Check<CodeTile256>(blocks, queries, bias, steps, thresholds, codes);
        if (Avx512BW.IsSupported)
            Check<CodeTile512>(blocks, queries, bias, steps, thresholds, codes);
    }

    [Test]
    public void Short_sums_are_refused_from_the_first_that_could_overflow([Values(0, 1)] int half, [Values(1, -1)] int sign)
    {
        var codes = stackalloc sbyte[12];
        new Span<sbyte>(codes, 12).Clear();
        (codes[2 * half], codes[(2 * half) + 1], codes[4 + (2 * half)]) = ((sbyte)(sign * 127), (sbyte)(sign * 127), (sbyte)(sign * 4));
        Assert.That(ShortSums.Fit(codes, steps: 2), Is.True);
        codes[5 + (2 * half)] = (sbyte)sign;
        Assert.That(ShortSums.Fit(codes, steps: 2), Is.False);
        codes[5 + (2 * half)] = (sbyte)-sign;
        Assert.That(ShortSums.Fit(codes, steps: 2), Is.True);
    }

    private static void Check<TTile>(byte* blocks, sbyte* queries, int* bias, int steps, int* thresholds, Codes codes)
        where TTile : struct, ICodeTile
    {
        // The same codes as the width packs them.
        using var memory = new AlignedMemory(Queries * steps * 4);
        var packed = (sbyte*)memory.Pointer;
        for (var query = 0; query < Queries; query++)
        {
            for (var step = 0; step < steps; step++)
            {
                var group = query / TTile.Queries;
                var at = (((group * steps) + step) * TTile.Queries) + (query % TTile.Queries);
                ((int*)packed)[at] = ((int*)queries)[(step * Queries) + query];
            }
        }
        var passed = stackalloc uint[Queries];
        var single = stackalloc sbyte[steps * 4];
        for (var query = 0; query < Queries; query++)
        {
            var expected = Enumerable.Range(0, Rows).Select(row => Sum(blocks, queries, bias, steps, query, row, Queries) > thresholds[query]).ToArray();
            var group = query / TTile.Queries;
            var first = group * TTile.Queries;
            var any = TTile.Compare<IntSums>(blocks, packed + (first * steps * 4), steps, bias, thresholds + first, passed);
            var bits = any ? passed[query - first] : 0;
            Assert.That(Enumerable.Range(0, 16).Select(row => (bits >> row & 1) != 0), Is.EqualTo(expected[..16]), typeof(TTile).Name);

            for (var step = 0; step < steps; step++)
                ((int*)single)[step] = ((int*)queries)[(step * Queries) + query];
            if (codes != Codes.Any)
                Assert.That(ShortSums.Fit(single, steps), Is.EqualTo(codes != Codes.Extreme || steps == 1));
            if (ShortSums.Fit(single, steps))
            {
                any = TTile.Compare<ShortSums>(blocks, packed + (first * steps * 4), steps, bias, thresholds + first, passed);
                bits = any ? passed[query - first] : 0;
                Assert.That(Enumerable.Range(0, 16).Select(row => (bits >> row & 1) != 0), Is.EqualTo(expected[..16]), typeof(TTile).Name);
            }
            var two = TTile.CompareTwo(blocks, single, steps, bias, thresholds[query]);
            Assert.That(Enumerable.Range(0, 32).Select(row => (two >> row & 1) != 0), Is.EqualTo(expected), typeof(TTile).Name);
        }
    }

    private static int Sum(byte* blocks, sbyte* queries, int* bias, int steps, int query, int row, int group)
    {
        var sum = bias[row];
        for (var step = 0; step < steps; step++)
        {
            for (var i = 0; i < 4; i++)
                sum += blocks[((((row / 16 * steps) + step) * 16) + (row % 16)) * 4 + i] * queries[(((step * group) + query) * 4) + i];
        }
        return sum;
    }
}
