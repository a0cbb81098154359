using System.Runtime.InteropServices;

namespace Microsoft.ML.Similarity.Neighbors.Vectors;

/// <summary>A block of zeroed native memory that starts at a multiple of 64 bytes and is 64 bytes longer than asked for.</summary>
/// <remarks>
/// The 64 bytes at the end let kernels read whole vectors of the hardware past the last value. The garbage collector counts the
/// block, so that forgotten ones are collected in time. A block that is read while it is disposed of must be held with
/// <see cref="SafeHandle.DangerousAddRef"/>.
/// </remarks>
internal sealed unsafe class AlignedMemory : SafeHandle
{
    /// <summary>A cache line, and the widest vector of the hardware, in bytes.</summary>
    public const int Alignment = 64;

    private const long LeastForHugePages = 8 << 20;

    /// <param name="length">In bytes.</param>
    /// <exception cref="OutOfMemoryException">The system has not that much memory.</exception>
    public AlignedMemory(long length)
        : base(0, ownsHandle: true)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        Length = length;
        var bytes = checked((nuint)(length + (2 * Alignment) - 1) / Alignment * Alignment);
        var block = length < LeastForHugePages ? NativeMemory.AlignedAlloc(bytes, Alignment) : HugePages.Allocate(bytes);
        NativeMemory.Clear(block, bytes);
        SetHandle((nint)block);
        if (length > 0)
            GC.AddMemoryPressure(length);
    }

    /// <summary>In bytes, without the end.</summary>
    public long Length { get; }

    /// <summary>Where it starts.</summary>
    public byte* Pointer => (byte*)handle;

    public override bool IsInvalid => handle == 0;

    /// <param name="count">The number of values.</param>
    /// <typeparam name="T">A value without references.</typeparam>
    public static AlignedMemory For<T>(long count)
        where T : unmanaged => new(checked(count * sizeof(T)));

    protected override bool ReleaseHandle()
    {
        NativeMemory.AlignedFree((void*)handle);
        if (Length > 0)
            GC.RemoveMemoryPressure(Length);
        return true;
    }
}
