using System.Runtime.CompilerServices;

namespace Microsoft.ML.Similarity.Neighbors.Graph;

/// <summary>A heap of keys with the smallest on top, in memory that grows.</summary>
internal unsafe struct MinKeys(NativeBuffer<ulong> buffer)
{
    private ulong* _keys = buffer.Pointer;

    public int Count { get; private set; }

    /// <summary>The smallest; only where there are keys.</summary>
    public readonly ulong Top => *_keys;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Push(ulong key)
    {
        if (Count == buffer.Length)
            _keys = buffer.Grow(Count + 1024L);
        var hole = Count++;
        for (; hole > 0 && _keys[(hole - 1) / 2] > key; hole = (hole - 1) / 2)
            _keys[hole] = _keys[(hole - 1) / 2];
        _keys[hole] = key;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Pop()
    {
        var top = *_keys;
        var last = _keys[--Count];
        var hole = 0;
        for (var child = 1; child < Count; child = (2 * hole) + 1)
        {
            if (child + 1 < Count && _keys[child + 1] < _keys[child])
                child++;
            if (_keys[child] >= last)
                break;
            _keys[hole] = _keys[child];
            hole = child;
        }
        _keys[hole] = last;
        return top;
    }
}
