namespace Microsoft.ML.Similarity.Miners;

/// <summary>Which positives, or negatives, of an anchor a <see cref="BatchEasyHardMiner"/> chooses.</summary>
public enum PairStrategy
{
    /// <summary>The nearest positive; the farthest negative.</summary>
    Easy,

    /// <summary>The farthest positive nearer than the chosen negative; the nearest negative farther than the chosen positive.</summary>
    SemiHard,

    /// <summary>The farthest positive; the nearest negative.</summary>
    Hard,

    /// <summary>All of them.</summary>
    All,
}
