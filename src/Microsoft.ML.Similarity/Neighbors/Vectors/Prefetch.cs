using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Microsoft.ML.Similarity.Neighbors.Vectors;

/// <summary>Asks for memory ahead of its use.</summary>
internal static unsafe class Prefetch
{
    // What is longer, the hardware follows by itself.
    private const int MostLines = 32;

    /// <summary>As many cache lines as are worth asking for of a row of so many bytes.</summary>
    public static int LinesOf(int bytes) => Math.Min((bytes + AlignedMemory.Alignment - 1) / AlignedMemory.Alignment, MostLines);

    /// <summary>The first cache lines of a row. No address is wrong.</summary>
    /// <remarks>
    /// Into the second cache: a core waits for few lines of the first at a time, and computes as fast from the second. Searches of graphs in memory are up to
    /// twice as fast by it on Zen 4.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Lines(void* start, int lines)
    {
        if (!Sse.IsSupported)
            return;
        for (var i = 0; i < lines; i++)
            Sse.Prefetch1((byte*)start + (i * AlignedMemory.Alignment));
    }
}
