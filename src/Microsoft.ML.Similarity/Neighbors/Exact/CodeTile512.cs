using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Microsoft.ML.Similarity.Neighbors.Exact;

/// <summary>Eight queries by AVX-512BW.</summary>
internal readonly unsafe struct CodeTile512 : ICodeTile
{
    public static int Queries => 8;

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static bool Compare<TSums>(byte* block, sbyte* queries, int steps, int* bias, int* thresholds, uint* passed)
        where TSums : struct, IStepSums
    {
        var a = Vector512.Load(bias);
        Vector512<int> b = a, c = a, d = a, e = a, f = a, g = a, h = a;
        for (; steps > 1; steps -= 2, block += 128, queries += 64)
        {
            Vector512<byte> first = Vector512.Load(block), second = Vector512.Load(block + 64);
            a += Products<TSums>(first, second, queries);
            b += Products<TSums>(first, second, queries + 4);
            c += Products<TSums>(first, second, queries + 8);
            d += Products<TSums>(first, second, queries + 12);
            e += Products<TSums>(first, second, queries + 16);
            f += Products<TSums>(first, second, queries + 20);
            g += Products<TSums>(first, second, queries + 24);
            h += Products<TSums>(first, second, queries + 28);
        }
        if (steps > 0)
        {
            var rows = Vector512.Load(block);
            a += Products(rows, queries);
            b += Products(rows, queries + 4);
            c += Products(rows, queries + 8);
            d += Products(rows, queries + 12);
            e += Products(rows, queries + 16);
            f += Products(rows, queries + 20);
            g += Products(rows, queries + 24);
            h += Products(rows, queries + 28);
        }
        uint any = passed[0] = Above(a, thresholds[0]);
        any |= passed[1] = Above(b, thresholds[1]);
        any |= passed[2] = Above(c, thresholds[2]);
        any |= passed[3] = Above(d, thresholds[3]);
        any |= passed[4] = Above(e, thresholds[4]);
        any |= passed[5] = Above(f, thresholds[5]);
        any |= passed[6] = Above(g, thresholds[6]);
        any |= passed[7] = Above(h, thresholds[7]);
        return any != 0;
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static uint CompareTwo(byte* blocks, sbyte* query, int steps, int* bias, int threshold)
    {
        Vector512<int> a = Vector512.Load(bias), b = Vector512.Load(bias + 16);
        var second = blocks + (64 * steps);
        for (var end = second; blocks != end; blocks += 64, second += 64, query += 4)
        {
            a += Products(Vector512.Load(blocks), query);
            b += Products(Vector512.Load(second), query);
        }
        return Above(a, threshold) | (Above(b, threshold) << 16);
    }

    // Of two steps.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Products<TSums>(Vector512<byte> first, Vector512<byte> second, sbyte* query)
        where TSums : struct, IStepSums => TSums.AreShort
        ? Avx512BW.MultiplyAddAdjacent(Pairs(first, query) + Pairs(second, query + 32), Vector512<short>.One)
        : Products(first, query) + Products(second, query + 32);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Products(Vector512<byte> rows, sbyte* query) => Avx512BW.MultiplyAddAdjacent(Pairs(rows, query), Vector512<short>.One);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<short> Pairs(Vector512<byte> rows, sbyte* query) => Avx512BW.MultiplyAddAdjacent(rows, Vector512.Create(*(int*)query).AsSByte());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Above(Vector512<int> sums, int threshold) =>
        (uint)Vector512.GreaterThan(sums, Vector512.Create(threshold)).ExtractMostSignificantBits();
}
