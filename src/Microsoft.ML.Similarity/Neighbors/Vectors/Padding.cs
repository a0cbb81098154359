namespace Microsoft.ML.Similarity.Neighbors.Vectors;

/// <summary>Lengths that the kernels read without a rest.</summary>
internal static class Padding
{
    /// <summary>Floats come in sixteens: 64 bytes.</summary>
    public const int Floats = 16;

    /// <summary>Codes come in thirty-twos.</summary>
    public const int Codes = 32;

    public static int ForFloats(int length) => (length + Floats - 1) / Floats * Floats;

    public static int ForCodes(int length) => (length + Codes - 1) / Codes * Codes;
}
