namespace Microsoft.ML.Similarity.Neighbors.Vectors;

/// <summary>Normally distributed numbers from a seed.</summary>
/// <remarks>The same on every platform and version of .NET, but for the last bit of a logarithm.</remarks>
internal struct NormalNumbers(ulong seed)
{
    private ulong _state = seed;

    public float Next()
    {
        var length = Math.Sqrt(-2 * Math.Log(1 - Uniform()));
        return (float)(length * Math.Cos(2 * Math.PI * Uniform()));
    }

    // SplitMix64 (Steele, Lea and Flood, 2014)
    private double Uniform()
    {
        var z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return ((z ^ (z >> 31)) >> 11) * (1.0 / (1UL << 53));
    }
}
