using System.Runtime.InteropServices;

namespace Microsoft.ML.Similarity.Neighbors.Vectors;

/// <summary>Native memory in large pages where the system gives them: searches along a graph jump about in it, and find its addresses sooner.</summary>
internal static unsafe partial class HugePages
{
    private const nuint Size = 2 << 20;
    private const int UseHugePages = 14;   // MADV_HUGEPAGE

    /// <summary>Allocates memory for <see cref="NativeMemory.AlignedFree"/>, not cleared.</summary>
    public static void* Allocate(nuint bytes)
    {
        var block = NativeMemory.AlignedAlloc(bytes, Size);
        // A wish: where it is not granted, pages are of the usual size.
        if (OperatingSystem.IsLinux())
            _ = Advise(block, bytes, UseHugePages);
        return block;
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(void* address, nuint length, int advice);
}
