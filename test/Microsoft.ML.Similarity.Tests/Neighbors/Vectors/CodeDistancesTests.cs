using System.Runtime.Intrinsics;
using Microsoft.ML.Similarity.Neighbors.Vectors;

namespace Microsoft.ML.Similarity.Tests.Neighbors.Vectors;

public sealed unsafe class CodeDistancesTests
{
    [Test]
    public void Every_width_gives_the_sum_of_the_squares([Values(32, 64, 96, 128, 480)] int length, [Values] bool extreme)
    {
        using var memory = new AlignedMemory(5 * length);
        byte* target = memory.Pointer, a = target + length, b = a + length, c = b + length, d = c + length;
        var random = new Random(length);
        for (var i = 0; i < 5 * length; i++)
            target[i] = extreme ? (byte)(i < length ? 127 : 0) : (byte)random.Next(128);
        int[] expected = [Expected(target, a, length), Expected(target, b, length), Expected(target, c, length), Expected(target, d, length)];
        Check(CodeDistances128.One(target, b, length), CodeDistances128.Four(target, a, b, c, d, length));
        Check(CodeDistances.One(target, b, length), CodeDistances.Four(target, a, b, c, d, length));
        if (System.Runtime.Intrinsics.X86.Avx2.IsSupported)
            Check(CodeDistances256.One(target, b, length), CodeDistances256.Four(target, a, b, c, d, length));
        if (System.Runtime.Intrinsics.X86.Avx512BW.IsSupported)
            Check(CodeDistances512.One(target, b, length), CodeDistances512.Four(target, a, b, c, d, length));

        void Check(int one, Vector128<int> four)
        {
            Assert.That(one, Is.EqualTo(expected[1]));
            Assert.That(new[] { four[0], four[1], four[2], four[3] }, Is.EqualTo(expected));
        }
    }

    private static int Expected(byte* a, byte* b, int length)
    {
        var sum = 0;
        for (var i = 0; i < length; i++)
            sum += (a[i] - b[i]) * (a[i] - b[i]);
        return sum;
    }
}
