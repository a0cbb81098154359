namespace Microsoft.ML.Similarity.Neighbors;

/// <summary>Which rows of an anchor's label become its positives.</summary>
public enum MinedPositives
{
    /// <summary>The nearest: gentle where the rows of a label form several groups.</summary>
    Nearest,

    /// <summary>The farthest: the hardest to learn, mislabelled rows among them.</summary>
    Farthest,

    /// <summary>Drawn at random, each at most once.</summary>
    Random,
}
