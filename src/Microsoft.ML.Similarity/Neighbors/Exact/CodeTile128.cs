using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Microsoft.ML.Similarity.Neighbors.Exact;

/// <summary>Two queries in vectors of 128 bits, on any hardware: where there are none, the runtime takes them apart.</summary>
/// <remarks>The way of Arm compiles and is untested.</remarks>
internal readonly unsafe struct CodeTile128 : ICodeTile
{
    public static int Queries => 2;

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static bool Compare<TSums>(byte* block, sbyte* queries, int steps, int* bias, int* thresholds, uint* passed)
        where TSums : struct, IStepSums
    {
        Vector128<int> a0 = Vector128.Load(bias), a1 = Vector128.Load(bias + 4), a2 = Vector128.Load(bias + 8), a3 = Vector128.Load(bias + 12);
        Vector128<int> b0 = a0, b1 = a1, b2 = a2, b3 = a3;
        for (; steps > 1; steps -= 2, block += 128, queries += 16)
        {
            Vector128<byte> first = Vector128.Load(block), second = Vector128.Load(block + 64);
            a0 += Products<TSums>(first, second, queries);
            b0 += Products<TSums>(first, second, queries + 4);
            first = Vector128.Load(block + 16);
            second = Vector128.Load(block + 80);
            a1 += Products<TSums>(first, second, queries);
            b1 += Products<TSums>(first, second, queries + 4);
            first = Vector128.Load(block + 32);
            second = Vector128.Load(block + 96);
            a2 += Products<TSums>(first, second, queries);
            b2 += Products<TSums>(first, second, queries + 4);
            first = Vector128.Load(block + 48);
            second = Vector128.Load(block + 112);
            a3 += Products<TSums>(first, second, queries);
            b3 += Products<TSums>(first, second, queries + 4);
        }
        if (steps > 0)
        {
            Vector128<sbyte> a = Codes(queries), b = Codes(queries + 4);
            var rows = Vector128.Load(block);
            a0 += Products(rows, a);
            b0 += Products(rows, b);
            rows = Vector128.Load(block + 16);
            a1 += Products(rows, a);
            b1 += Products(rows, b);
            rows = Vector128.Load(block + 32);
            a2 += Products(rows, a);
            b2 += Products(rows, b);
            rows = Vector128.Load(block + 48);
            a3 += Products(rows, a);
            b3 += Products(rows, b);
        }
        passed[0] = Above(a0, a1, a2, a3, thresholds[0]);
        passed[1] = Above(b0, b1, b2, b3, thresholds[1]);
        return (passed[0] | passed[1]) != 0;
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static uint CompareTwo(byte* blocks, sbyte* query, int steps, int* bias, int threshold)
    {
        Vector128<int> a0 = Vector128.Load(bias), a1 = Vector128.Load(bias + 4), a2 = Vector128.Load(bias + 8), a3 = Vector128.Load(bias + 12);
        Vector128<int> b0 = Vector128.Load(bias + 16), b1 = Vector128.Load(bias + 20), b2 = Vector128.Load(bias + 24), b3 = Vector128.Load(bias + 28);
        var second = blocks + (64 * steps);
        for (var end = second; blocks != end; blocks += 64, second += 64, query += 4)
        {
            var codes = Codes(query);
            a0 += Products(Vector128.Load(blocks), codes);
            a1 += Products(Vector128.Load(blocks + 16), codes);
            a2 += Products(Vector128.Load(blocks + 32), codes);
            a3 += Products(Vector128.Load(blocks + 48), codes);
            b0 += Products(Vector128.Load(second), codes);
            b1 += Products(Vector128.Load(second + 16), codes);
            b2 += Products(Vector128.Load(second + 32), codes);
            b3 += Products(Vector128.Load(second + 48), codes);
        }
        return Above(a0, a1, a2, a3, threshold) | (Above(b0, b1, b2, b3, threshold) << 16);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<sbyte> Codes(sbyte* four) => Vector128.Create(*(int*)four).AsSByte();

    // Of two steps.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Products<TSums>(Vector128<byte> first, Vector128<byte> second, sbyte* query)
        where TSums : struct, IStepSums
    {
        Vector128<sbyte> codes = Codes(query), next = Codes(query + 8);
        return Ssse3.IsSupported && TSums.AreShort
            ? Sse2.MultiplyAddAdjacent(Ssse3.MultiplyAddAdjacent(first, codes) + Ssse3.MultiplyAddAdjacent(second, next), Vector128<short>.One)
            : Products(first, codes) + Products(second, next);
    }

    // Of four rows, the sum of four products each.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Products(Vector128<byte> rows, Vector128<sbyte> query)
    {
        if (Ssse3.IsSupported)
            return Sse2.MultiplyAddAdjacent(Ssse3.MultiplyAddAdjacent(rows, query), Vector128<short>.One);
        if (Dp.IsSupported)
            return Dp.DotProduct(Vector128<int>.Zero, rows.AsSByte(), query);
        var lower = Pairs(Vector128.WidenLower(rows.AsSByte()) * Vector128.WidenLower(query)).AsInt64();
        var upper = Pairs(Vector128.WidenUpper(rows.AsSByte()) * Vector128.WidenUpper(query)).AsInt64();
        // The lower half of each 64 bits plus the upper.
        return Vector128.Narrow(lower, upper) + Vector128.Narrow(lower >> 32, upper >> 32);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Pairs(Vector128<short> products) =>
        ((products.AsInt32() << 16) >> 16) + (products.AsInt32() >> 16);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Above(Vector128<int> a, Vector128<int> b, Vector128<int> c, Vector128<int> d, int threshold)
    {
        var limit = Vector128.Create(threshold);
        return Vector128.GreaterThan(a, limit).ExtractMostSignificantBits()
            | (Vector128.GreaterThan(b, limit).ExtractMostSignificantBits() << 4)
            | (Vector128.GreaterThan(c, limit).ExtractMostSignificantBits() << 8)
            | (Vector128.GreaterThan(d, limit).ExtractMostSignificantBits() << 12);
    }
}
