using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Microsoft.ML.Similarity.Neighbors.Exact;

/// <summary>Four queries by AVX2: eight sums, the two halves of the block, and scratch fit its 16 registers; more would spill.</summary>
internal readonly unsafe struct CodeTile256 : ICodeTile
{
    public static int Queries => 4;

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static bool Compare<TSums>(byte* block, sbyte* queries, int steps, int* bias, int* thresholds, uint* passed)
        where TSums : struct, IStepSums
    {
        Vector256<int> a0 = Vector256.Load(bias), a1 = Vector256.Load(bias + 8);
        Vector256<int> b0 = a0, b1 = a1, c0 = a0, c1 = a1, d0 = a0, d1 = a1;
        for (; steps > 1; steps -= 2, block += 128, queries += 32)
        {
            // One half of the rows after the other: both would spill.
            Vector256<byte> first = Vector256.Load(block), second = Vector256.Load(block + 64);
            a0 += Products<TSums>(first, second, queries);
            b0 += Products<TSums>(first, second, queries + 4);
            c0 += Products<TSums>(first, second, queries + 8);
            d0 += Products<TSums>(first, second, queries + 12);
            first = Vector256.Load(block + 32);
            second = Vector256.Load(block + 96);
            a1 += Products<TSums>(first, second, queries);
            b1 += Products<TSums>(first, second, queries + 4);
            c1 += Products<TSums>(first, second, queries + 8);
            d1 += Products<TSums>(first, second, queries + 12);
        }
        if (steps > 0)
        {
            Vector256<byte> lower = Vector256.Load(block), upper = Vector256.Load(block + 32);
            var query = Codes(queries);
            a0 += Products(lower, query);
            a1 += Products(upper, query);
            query = Codes(queries + 4);
            b0 += Products(lower, query);
            b1 += Products(upper, query);
            query = Codes(queries + 8);
            c0 += Products(lower, query);
            c1 += Products(upper, query);
            query = Codes(queries + 12);
            d0 += Products(lower, query);
            d1 += Products(upper, query);
        }
        Above(ref a0, ref a1, thresholds[0]);
        Above(ref b0, ref b1, thresholds[1]);
        Above(ref c0, ref c1, thresholds[2]);
        Above(ref d0, ref d1, thresholds[3]);
        if (((a0 | a1) | (b0 | b1) | (c0 | c1) | (d0 | d1)) == Vector256<int>.Zero)
            return false;
        passed[0] = Bits(a0, a1);
        passed[1] = Bits(b0, b1);
        passed[2] = Bits(c0, c1);
        passed[3] = Bits(d0, d1);
        return true;
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static uint CompareTwo(byte* blocks, sbyte* query, int steps, int* bias, int threshold)
    {
        Vector256<int> a0 = Vector256.Load(bias), a1 = Vector256.Load(bias + 8);
        Vector256<int> b0 = Vector256.Load(bias + 16), b1 = Vector256.Load(bias + 24);
        var second = blocks + (64 * steps);
        for (var end = second; blocks != end; blocks += 64, second += 64, query += 4)
        {
            var codes = Codes(query);
            a0 += Products(Vector256.Load(blocks), codes);
            a1 += Products(Vector256.Load(blocks + 32), codes);
            b0 += Products(Vector256.Load(second), codes);
            b1 += Products(Vector256.Load(second + 32), codes);
        }
        Above(ref a0, ref a1, threshold);
        Above(ref b0, ref b1, threshold);
        return Bits(a0, a1) | (Bits(b0, b1) << 16);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<sbyte> Codes(sbyte* four) => Vector256.Create(*(int*)four).AsSByte();

    // Of two steps.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Products<TSums>(Vector256<byte> first, Vector256<byte> second, sbyte* query)
        where TSums : struct, IStepSums
    {
        Vector256<sbyte> codes = Codes(query), next = Codes(query + 16);
        return TSums.AreShort
            ? Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(first, codes) + Avx2.MultiplyAddAdjacent(second, next), Vector256<short>.One)
            : Products(first, codes) + Products(second, next);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Products(Vector256<byte> rows, Vector256<sbyte> query) =>
        Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(rows, query), Vector256<short>.One);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Above(ref Vector256<int> lower, ref Vector256<int> upper, int threshold)
    {
        lower = Vector256.GreaterThan(lower, Vector256.Create(threshold));
        upper = Vector256.GreaterThan(upper, Vector256.Create(threshold));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Bits(Vector256<int> lower, Vector256<int> upper) =>
        lower.ExtractMostSignificantBits() | (upper.ExtractMostSignificantBits() << 8);
}
