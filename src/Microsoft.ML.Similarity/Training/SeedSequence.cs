namespace Microsoft.ML.Similarity.Training;

/// <summary>One seed for each random part of a run, so that a change in one part leaves the others as they were.</summary>
internal static class SeedSequence
{
    public static int HoldOut(int seed) => Derive(seed, 1);

    public static int ValidationRows(int seed) => Derive(seed, 2);

    /// <summary>Initial weights.</summary>
    public static int Weights(int seed) => Derive(seed, 3);

    public static int Dropout(int seed) => Derive(seed, 5);

    /// <summary>Random changes of pictures.</summary>
    public static int Augmentation(int seed) => Derive(seed, 6);

    public static int Epoch(int seed, int epoch) => Derive(Derive(seed, 4), epoch);

    // SplitMix64: neighbouring seeds give unrelated numbers.
    private static int Derive(int seed, int part)
    {
        var z = unchecked(((ulong)(uint)seed << 32 | (uint)part) + 0x9E3779B97F4A7C15);
        z = unchecked((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9);
        z = unchecked((z ^ (z >> 27)) * 0x94D049BB133111EB);
        return (int)((z ^ (z >> 31)) & int.MaxValue);
    }
}
