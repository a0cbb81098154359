using System.Runtime.CompilerServices;

namespace Microsoft.ML.Similarity.Neighbors.Exact;

/// <summary>The k smallest <see cref="DistanceKey"/>s seen, over memory of the caller's: the largest of them on top.</summary>
/// <param name="keys">The memory, of k keys.</param>
/// <param name="capacity">k, at least 1.</param>
/// <param name="limit">Keys not less than that are of no use.</param>
internal unsafe struct KeyHeap(ulong* keys, int capacity, ulong limit = KeyHeap.NoLimit)
{
    public const ulong NoLimit = ulong.MaxValue;

    /// <summary>How many keys there are.</summary>
    public int Count { get; private set; }

    /// <summary>A key is kept where it is less: the largest kept, once there are k, or the limit from without.</summary>
    public ulong Limit { get; private set; } = limit;

    /// <summary>The distance of the limit; infinite where there is none.</summary>
    public float LimitDistance { get; private set; } = limit == NoLimit ? float.PositiveInfinity : DistanceKey.Distance(limit);

    public readonly bool IsFull => Count == capacity;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Offer(ulong key)
    {
        if (key >= Limit)
            return false;
        Push(key);
        return true;
    }

    /// <summary>Puts the keys in order, the smallest first; the heap is of no more use then.</summary>
    public readonly int Sort()
    {
        new Span<ulong>(keys, Count).Sort();
        return Count;
    }

    private void Push(ulong key)
    {
        var hole = 0;
        if (Count < capacity)
        {
            for (hole = Count++; hole > 0 && keys[(hole - 1) / 2] < key; hole = (hole - 1) / 2)
                keys[hole] = keys[(hole - 1) / 2];
        }
        else
        {
            for (var child = 1; child < capacity; child = (2 * hole) + 1)
            {
                if (child + 1 < capacity && keys[child + 1] > keys[child])
                    child++;
                if (keys[child] <= key)
                    break;
                keys[hole] = keys[child];
                hole = child;
            }
        }
        keys[hole] = key;
        if (IsFull)
        {
            Limit = keys[0];
            LimitDistance = DistanceKey.Distance(Limit);
        }
    }
}
