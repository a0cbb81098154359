namespace Microsoft.ML.Similarity.Neighbors.Index;

/// <summary>A bit for each row, in memory that does not move.</summary>
internal static class RowBits
{
    public static ulong[] Create(int rows) => GC.AllocateArray<ulong>((rows + 63) / 64, pinned: true);

    /// <summary>The bits of before, and room for more rows.</summary>
    public static ulong[] Copy(ulong[]? bits, int rows)
    {
        var copy = Create(rows);
        bits?.CopyTo(copy, 0);
        return copy;
    }

    public static bool Contains(ulong[]? bits, int row) =>
        bits != null && row >> 6 < bits.Length && (bits[row >> 6] >> (row & 63) & 1) != 0;

    public static void Set(Span<ulong> bits, int row) => bits[row >> 6] |= 1UL << (row & 63);
}
