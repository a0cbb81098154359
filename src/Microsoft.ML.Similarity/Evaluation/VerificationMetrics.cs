using System.Collections.ObjectModel;
using System.Globalization;
using System.Text;

namespace Microsoft.ML.Similarity.Evaluation;

/// <summary>How well the score of a pair tells pairs that match from pairs that do not.</summary>
/// <remarks>
/// A threshold accepts the pairs that score at least as similar as it: score ≥ threshold, or score ≤ threshold where the scores
/// are distances. Every threshold is the score of a pair, or NaN, which no score reaches, where accepting nothing is best. Pairs
/// of equal score are accepted or rejected together. Where several thresholds are equally good, the one that accepts least is given.
/// </remarks>
public sealed class VerificationMetrics
{
    internal VerificationMetrics(VerificationSums sums)
    {
        PositiveCount = sums.Positives;
        NegativeCount = sums.Negatives;
        AreaUnderRocCurve = sums.AreaUnderRocCurve;
        AveragePrecision = sums.AveragePrecision;
        EqualErrorRate = (1 - sums.TrueAcceptRate(sums.EqualError) + sums.FalseAcceptRate(sums.EqualError)) / 2;
        EqualErrorRateThreshold = sums.EqualError.Threshold;
        BestAccuracy = sums.Accuracy(sums.MostAccurate);
        BestAccuracyThreshold = sums.MostAccurate.Threshold;
        BestF1Score = sums.F1(sums.BestF1);
        BestF1ScoreThreshold = sums.BestF1.Threshold;
        var rates = new SortedDictionary<double, double>();
        var thresholds = new SortedDictionary<double, float>();
        for (var i = 0; i < sums.FalseAcceptRates.Length; i++)
        {
            rates.Add(sums.FalseAcceptRates[i], sums.TrueAcceptRate(sums.AtRate[i]));
            thresholds.Add(sums.FalseAcceptRates[i], sums.AtRate[i].Threshold);
        }
        TrueAcceptRateAt = new ReadOnlyDictionary<double, double>(rates);
        ThresholdAt = new ReadOnlyDictionary<double, float>(thresholds);
    }

    /// <summary>
    /// The probability that a matching pair scores as more similar than one that does not match, equal scores counting half; from 0 to 1.
    /// </summary>
    public double AreaUnderRocCurve { get; }

    /// <summary>
    /// The precision at each distinct score, weighted by the gain in recall there and not interpolated; from 0 to 1, and the
    /// fraction of matching pairs by chance.
    /// </summary>
    public double AveragePrecision { get; }

    /// <summary>
    /// EER: (false-accept rate + false-reject rate) / 2 at the point of the ROC curve where the two differ least, among all
    /// points, without interpolation between them; from 0, best, to 1.
    /// </summary>
    public double EqualErrorRate { get; }

    /// <summary>The threshold of <see cref="EqualErrorRate"/>.</summary>
    public float EqualErrorRateThreshold { get; }

    /// <summary>
    /// By false-accept rate, ascending: the largest fraction of matching pairs that a threshold accepts while it accepts at most
    /// this fraction of the others.
    /// </summary>
    public IReadOnlyDictionary<double, double> TrueAcceptRateAt { get; }

    /// <summary>By false-accept rate, ascending: the threshold of <see cref="TrueAcceptRateAt"/>.</summary>
    public IReadOnlyDictionary<double, float> ThresholdAt { get; }

    /// <summary>The largest fraction of pairs that one threshold decides rightly.</summary>
    public double BestAccuracy { get; }

    /// <summary>The threshold of <see cref="BestAccuracy"/>.</summary>
    public float BestAccuracyThreshold { get; }

    /// <summary>The largest harmonic mean of precision and recall, of matching pairs, that one threshold reaches.</summary>
    public double BestF1Score { get; }

    /// <summary>The threshold of <see cref="BestF1Score"/>.</summary>
    public float BestF1ScoreThreshold { get; }

    /// <summary>The number of matching pairs evaluated.</summary>
    public long PositiveCount { get; }

    /// <summary>The number of pairs evaluated that do not match.</summary>
    public long NegativeCount { get; }

    /// <summary>The number of pairs left out because their score is NaN.</summary>
    public long SkippedCount { get; internal init; }

    /// <summary>All metrics on one line, and what was left out, if anything.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"ROC-AUC {AreaUnderRocCurve:F4}, AP {AveragePrecision:F4}, EER {EqualErrorRate:F4}, ");
        foreach (var (rate, value) in TrueAcceptRateAt)
            text.Append(CultureInfo.InvariantCulture, $"TAR@{rate} {value:F4}, ");
        text.Append(CultureInfo.InvariantCulture, $"best accuracy {BestAccuracy:F4}, best F1 {BestF1Score:F4}, pairs {PositiveCount} + {NegativeCount}");
        if (SkippedCount > 0)
            text.Append(CultureInfo.InvariantCulture, $", {SkippedCount} without a score left out");
        return text.ToString();
    }
}
