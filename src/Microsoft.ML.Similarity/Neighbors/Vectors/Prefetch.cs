using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Microsoft.ML.Similarity.Neighbors.Vectors;

/// <summary>Asks for memory ahead of its use.</summary>
internal static unsafe class Prefetch
{
    /// <summary>The cache lines of a row, up to so many; the hardware follows by itself from there. No address is wrong.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Lines(void* start, int lines)
    {
        if (!Sse.IsSupported)
            return;
        for (var i = 0; i < lines; i++)
            Sse.Prefetch0((byte*)start + (i * AlignedMemory.Alignment));
    }
}
