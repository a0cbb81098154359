namespace Microsoft.ML.Similarity.Evaluation;

/// <summary>Computes <see cref="VerificationMetrics"/> in O(n log n) time from one sorted pass over the pairs.</summary>
internal static class VerificationEvaluator
{
    private static readonly double[] DefaultRates = [0.001, 0.01, 0.1];

    /// <exception cref="ArgumentOutOfRangeException">A false-accept rate is not from 0 to 1.</exception>
    /// <exception cref="InvalidOperationException">The pairs are not of both kinds.</exception>
    public static VerificationMetrics Evaluate(ScoredPairs pairs, IReadOnlyList<double>? falseAcceptRates = null)
    {
        double[] rates = [.. (falseAcceptRates ?? DefaultRates).Distinct().Order()];
        foreach (var rate in rates)
        {
            if (rate is not (>= 0 and <= 1))
                throw new ArgumentOutOfRangeException(
                    nameof(falseAcceptRates), FormattableString.Invariant($"The false-accept rate {rate} must be from 0 to 1."));
        }
        if (pairs.Positives == 0 || pairs.Negatives == 0)
            throw new InvalidOperationException(
                $"Verification needs pairs that match and pairs that do not; the data has {pairs.Positives} and {pairs.Negatives}, "
                + $"without the {pairs.Skipped} left out because their score is NaN.");
        var sums = new VerificationSums(pairs.Positives, pairs.Negatives, rates);
        foreach (var point in Curve(pairs))
            sums.Add(point);
        return new(sums) { SkippedCount = pairs.Skipped };
    }

    /// <summary>The fraction of the pairs that do not match which a threshold accepts; k / n rounds as the literal of a rate does.</summary>
    public static double FalseAcceptRate(VerificationPoint point, long negatives) => (double)point.FalseAccepts / negatives;

    /// <summary>
    /// Every point of the ROC curve, from accepting nothing to accepting all; pairs of equal score are accepted together.
    /// </summary>
    public static IEnumerable<VerificationPoint> Curve(ScoredPairs pairs)
    {
        var scores = (float[])pairs.Scores.Clone();
        var matches = (bool[])pairs.Matches.Clone();
        Array.Sort(scores, matches);
        if (!pairs.SmallerIsSimilar)
        {
            Array.Reverse(scores);
            Array.Reverse(matches);
        }
        var (falseAccepts, trueAccepts) = (0L, 0L);
        yield return new(float.NaN, falseAccepts, trueAccepts);
        for (var i = 0; i < scores.Length; i++)
        {
            if (matches[i])
                trueAccepts++;
            else
                falseAccepts++;
            if (i + 1 == scores.Length || scores[i + 1] != scores[i])
                yield return new(scores[i], falseAccepts, trueAccepts);
        }
    }
}
