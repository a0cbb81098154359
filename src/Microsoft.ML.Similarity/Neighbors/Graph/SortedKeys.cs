using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Similarity.Neighbors.Graph;

/// <summary>Keys in ascending order, of which the smallest are kept.</summary>
internal static unsafe class SortedKeys
{
    // Nearer to the end than this, one step after the other is faster.
    private const int FarFrom = 64;

    /// <summary>Inserts a key. Where there are as many as may be, the last is lost; the new key is less than it.</summary>
    /// <param name="keys">Room for the width, and as many more as a vector has.</param>
    /// <param name="size">How many there are.</param>
    /// <param name="width">How many there may be.</param>
    /// <param name="key">The key.</param>
    /// <returns>Its place.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Insert(ulong* keys, ref int size, int width, ulong key)
    {
        var hole = size < width ? size++ : width - 1;
        if (hole > FarFrom)
            return Vector512.IsHardwareAccelerated ? InsertByEights(keys, hole, key) : InsertFar(keys, hole, key);
        for (; hole > 0 && keys[hole - 1] > key; hole--)
            keys[hole] = keys[hole - 1];
        keys[hole] = key;
        return hole;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int InsertFar(ulong* keys, int hole, ulong key)
    {
        int low = 0, high = hole;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (keys[middle] < key)
                low = middle + 1;
            else
                high = middle;
        }
        for (; hole - 4 >= low; hole -= 4)
            Vector256.Load(keys + hole - 4).Store(keys + hole - 3);
        for (; hole > low; hole--)
            keys[hole] = keys[hole - 1];
        keys[low] = key;
        return low;
    }

    // Eight keys are compared and moved at once: no jump depends on the place but the last.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int InsertByEights(ulong* keys, int hole, ulong key)
    {
        var own = Vector512.Create(key);
        for (; hole >= 8; hole -= 8)
        {
            var before = Vector512.Load(keys + hole - 8);
            var greater = Vector512.GreaterThan(before, own);
            var count = BitOperations.PopCount(greater.ExtractMostSignificantBits());
            if (count < 8)
            {
                Vector512.ConditionalSelect(greater, before, Vector512.Load(keys + hole - 7)).Store(keys + hole - 7);
                keys[hole - count] = key;
                return hole - count;
            }
            before.Store(keys + hole - 7);
        }
        for (; hole > 0 && keys[hole - 1] > key; hole--)
            keys[hole] = keys[hole - 1];
        keys[hole] = key;
        return hole;
    }
}
