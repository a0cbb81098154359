namespace Microsoft.ML.Similarity.Neighbors.Exact;

/// <summary>Sums of 32 bits, which fit for all codes.</summary>
internal readonly struct IntSums : IStepSums
{
    public static bool AreShort => false;
}
