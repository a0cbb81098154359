using System.Numerics;
using System.Runtime.InteropServices;

namespace Microsoft.ML.Similarity.Neighbors.Storage;

/// <summary>CRC-32C (Castagnoli), by the hardware's instruction where it has one.</summary>
internal static class Checksum
{
    public static uint Of(ReadOnlySpan<byte> bytes) => ~Step(uint.MaxValue, bytes);

    /// <summary>Of native memory of any length.</summary>
    public static unsafe uint Of(byte* start, long length)
    {
        const int part = 1 << 30;
        uint crc = uint.MaxValue;
        for (long at = 0; at < length; at += part)
            crc = Step(crc, new ReadOnlySpan<byte>(start + at, (int)Math.Min(part, length - at)));
        return ~crc;
    }

    private static uint Step(uint crc, ReadOnlySpan<byte> bytes)
    {
        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (var word in words)
            crc = BitOperations.Crc32C(crc, word);
        foreach (var rest in bytes[(words.Length * sizeof(ulong))..])
            crc = BitOperations.Crc32C(crc, rest);
        return crc;
    }
}
