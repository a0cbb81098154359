using System.Globalization;
using System.Text.Json.Serialization;

namespace Microsoft.ML.Similarity.Evaluation;

/// <summary>What a threshold chosen for a false-accept rate does on the pairs it was chosen on.</summary>
/// <param name="TargetFalseAcceptRate">The rate asked for, from 0 to 1.</param>
/// <param name="PositiveCount">The pairs that belong together.</param>
/// <param name="TrueAcceptCount">Those of them that the threshold accepts.</param>
/// <param name="NegativeCount">The pairs that do not belong together.</param>
/// <param name="FalseAcceptCount">Those of them that the threshold accepts.</param>
/// <param name="SkippedCount">The pairs left out because their score is NaN.</param>
public sealed record ThresholdCalibration(
    double TargetFalseAcceptRate, long PositiveCount, long TrueAcceptCount, long NegativeCount, long FalseAcceptCount, long SkippedCount)
{
    /// <summary>The fraction of the pairs accepted among those that do not belong together.</summary>
    [JsonIgnore]
    public double FalseAcceptRate => (double)FalseAcceptCount / NegativeCount;

    /// <summary>The fraction of the pairs accepted among those that belong together; NaN where there are none.</summary>
    [JsonIgnore]
    public double TrueAcceptRate => (double)TrueAcceptCount / PositiveCount;

    /// <summary>Whether one accepted pair of those that do not belong together would exceed the rate asked for.</summary>
    [JsonIgnore]
    public bool IsBeyondResolution => 1d / NegativeCount > TargetFalseAcceptRate;

    /// <summary>The rates, on one line.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"TAR {TrueAcceptRate:F4} ({TrueAcceptCount} of {PositiveCount}), FAR {FalseAcceptRate:F4} ({FalseAcceptCount} of {NegativeCount}), asked for {TargetFalseAcceptRate}");
}
