namespace Microsoft.ML.Similarity.Neighbors.Graph;

/// <summary>Numbers that look random from a seed and a place (SplitMix64: Steele, Lea and Flood, 2014).</summary>
internal static class SplitMix
{
    public static ulong Hash(ulong seed, long place)
    {
        var z = seed + ((ulong)(place + 1) * 0x9E3779B97F4A7C15);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
