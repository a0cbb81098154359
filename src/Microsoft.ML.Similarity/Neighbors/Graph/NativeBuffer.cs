using Microsoft.ML.Similarity.Neighbors.Vectors;

namespace Microsoft.ML.Similarity.Neighbors.Graph;

/// <summary>Native memory that grows and keeps its size: none is allocated once it is large enough.</summary>
internal sealed unsafe class NativeBuffer<T> : IDisposable
    where T : unmanaged
{
    private AlignedMemory _memory = AlignedMemory.For<T>(0);

    public T* Pointer { get; private set; }

    public long Length { get; private set; }

    /// <summary>Makes room; what was there is lost, and what is new is 0.</summary>
    public T* Reserve(long length)
    {
        if (length > Length)
            Replace(length, keep: false);
        return Pointer;
    }

    /// <summary>Makes room, at least twice what there was, and keeps what was there.</summary>
    public T* Grow(long length)
    {
        if (length > Length)
            Replace(Math.Max(length, 2 * Length), keep: true);
        return Pointer;
    }

    public void Dispose() => _memory.Dispose();

    private void Replace(long length, bool keep)
    {
        var memory = AlignedMemory.For<T>(length);
        if (keep)
            Buffer.MemoryCopy(Pointer, memory.Pointer, memory.Length, Length * sizeof(T));
        _memory.Dispose();
        _memory = memory;
        Pointer = (T*)memory.Pointer;
        Length = length;
    }
}
