namespace Microsoft.ML.Similarity.Neighbors;

/// <summary>Which of the candidates become negatives.</summary>
public enum MinedNegatives
{
    /// <summary>The nearest, the hardest.</summary>
    Nearest,

    /// <summary>Drawn at random, each at most once.</summary>
    Random,
}
