namespace Microsoft.ML.Similarity.Neighbors.Vectors;

/// <summary>Native memory that someone else owns: an <see cref="AlignedMemory"/> or a part of a mapped file.</summary>
/// <param name="pointer">Where it starts, a multiple of 64 bytes.</param>
/// <param name="length">In bytes.</param>
internal readonly unsafe struct MemoryBlock(byte* pointer, long length)
{
    public byte* Pointer => pointer;

    public long Length => length;

    public static implicit operator MemoryBlock(AlignedMemory memory) => new(memory.Pointer, memory.Length);

    /// <summary>The values from the start; null where there is no memory.</summary>
    public T* As<T>()
        where T : unmanaged => (T*)pointer;

    public int CountOf<T>()
        where T : unmanaged => checked((int)(length / sizeof(T)));
}
