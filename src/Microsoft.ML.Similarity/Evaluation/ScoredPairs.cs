namespace Microsoft.ML.Similarity.Evaluation;

/// <summary>The scores of pairs and whether each is a match, as plain memory.</summary>
internal sealed class ScoredPairs
{
    /// <param name="scores">One for each pair, none of them NaN.</param>
    /// <param name="matches">Whether the two of a pair belong together.</param>
    /// <param name="smallerIsSimilar">The scores are distances.</param>
    /// <param name="skipped">The number of pairs already left out.</param>
    public ScoredPairs(float[] scores, bool[] matches, bool smallerIsSimilar = false, long skipped = 0)
    {
        Scores = scores;
        Matches = matches;
        SmallerIsSimilar = smallerIsSimilar;
        Skipped = skipped;
        Positives = matches.LongCount(x => x);
    }

    public float[] Scores { get; }

    public bool[] Matches { get; }

    public bool SmallerIsSimilar { get; }

    public long Skipped { get; }

    public long Positives { get; }

    public long Negatives => Matches.LongLength - Positives;
}
