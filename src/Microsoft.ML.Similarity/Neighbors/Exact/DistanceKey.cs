using System.Runtime.CompilerServices;

namespace Microsoft.ML.Similarity.Neighbors.Exact;

/// <summary>A distance and a row in one number whose order is that of neighbours: by distance, then by row.</summary>
internal static class DistanceKey
{
    private const uint Sign = 0x8000_0000;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Create(float distance, int row) => ((ulong)Sortable(distance) << 32) | (uint)row;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Distance(ulong key)
    {
        var bits = (uint)(key >> 32);
        return BitConverter.UInt32BitsToSingle((bits & Sign) != 0 ? bits ^ Sign : ~bits);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Row(ulong key) => (int)(uint)key;

    // Adding 0 makes -0 the 0 it equals.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Sortable(float distance)
    {
        var bits = BitConverter.SingleToUInt32Bits(distance + 0f);
        return bits ^ ((uint)((int)bits >> 31) | Sign);
    }
}
