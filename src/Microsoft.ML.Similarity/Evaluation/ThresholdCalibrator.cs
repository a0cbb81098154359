namespace Microsoft.ML.Similarity.Evaluation;

/// <summary>Chooses the threshold of a decision by its false-accept rate.</summary>
internal static class ThresholdCalibrator
{
    /// <summary>
    /// The smallest threshold with score ≥ threshold for at most a fraction of the pairs that do not match: just above the
    /// first of them that must not be accepted, and negative infinity where all may be.
    /// </summary>
    /// <param name="pairs">Scored, the higher the more similar.</param>
    /// <param name="falseAcceptRate">From 0 to 1.</param>
    /// <exception cref="InvalidOperationException">No pair does not match, or no threshold rejects enough of them.</exception>
    public static (float Threshold, ThresholdCalibration Calibration) Calibrate(ScoredPairs pairs, double falseAcceptRate)
    {
        if (pairs.Negatives == 0)
        {
            throw new InvalidOperationException(
                $"A threshold for a false-accept rate needs pairs whose label is false; the data has {pairs.Positives} pairs whose label is true and none whose label is false, "
                + $"without the {pairs.Skipped} left out because their score is NaN.");
        }
        var accepted = default(VerificationPoint);
        var threshold = float.NegativeInfinity;
        foreach (var point in VerificationEvaluator.Curve(pairs))
        {
            if (VerificationEvaluator.FalseAcceptRate(point, pairs.Negatives) > falseAcceptRate)
            {
                threshold = MathF.BitIncrement(point.Threshold);
                break;
            }
            accepted = point;
        }
        if (float.IsPositiveInfinity(threshold))
        {
            throw new InvalidOperationException(FormattableString.Invariant(
                $"No threshold has a false-accept rate of at most {falseAcceptRate}: too many pairs whose label is false have an infinite score."));
        }
        return (threshold, new(falseAcceptRate, pairs.Positives, accepted.TrueAccepts, pairs.Negatives, accepted.FalseAccepts, pairs.Skipped));
    }
}
