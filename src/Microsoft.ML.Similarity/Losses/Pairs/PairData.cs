namespace Microsoft.ML.Similarity.Losses.Pairs;

/// <summary>What is known of pairs.</summary>
public enum PairData
{
    /// <summary>Whether the two rows of a pair belong together, yes or no.</summary>
    Labeled,

    /// <summary>That the two rows of each pair belong together, and nothing of rows that do not.</summary>
    Positive,

    /// <summary>A gold score of how similar the two rows of a pair are.</summary>
    Scored,

    /// <summary>For each pair that belongs together, a row that does not.</summary>
    Triplets,
}
