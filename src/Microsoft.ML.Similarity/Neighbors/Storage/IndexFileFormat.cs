namespace Microsoft.ML.Similarity.Neighbors.Storage;

/// <summary>How the file of an index begins.</summary>
/// <remarks>
/// All numbers are little-endian. A header of 32 bytes: the magic (8 bytes), the version, the length and the checksum of the table (4 bytes
/// each), 4 zeros, and the length of the file (8). Then the table: a description that belongs to the contents, and of each section its name,
/// offset, length and checksum. Then, each at a multiple of 64 bytes, the sections. Checksums are CRC-32C.
/// </remarks>
internal static class IndexFileFormat
{
    public const int Version = 1;

    public const int HeaderBytes = 32;

    public const int Alignment = 64;

    // A byte above 127, line ends and the end of text show what a transfer as text does to a file.
    public static ReadOnlySpan<byte> Magic => [0x8E, (byte)'N', (byte)'N', (byte)'I', 0x0D, 0x0A, 0x1A, 0x0A];

    public static long Aligned(long offset) => (offset + Alignment - 1) / Alignment * Alignment;
}
