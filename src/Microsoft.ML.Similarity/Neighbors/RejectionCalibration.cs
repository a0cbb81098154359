using System.Globalization;
using System.Text.Json.Serialization;

namespace Microsoft.ML.Similarity.Neighbors;

/// <summary>What a largest distance, beyond which rows are of no known class, does on the validation rows it was chosen on.</summary>
/// <param name="KnownCount">The rows of classes that the reference rows have.</param>
/// <param name="FalseRejectCount">Those of them that are rejected.</param>
/// <param name="CorrectCount">Those of them that are accepted and given their own class.</param>
/// <param name="UnknownCount">The rows of other classes, or without a label.</param>
/// <param name="FalseAcceptCount">Those of them that are accepted.</param>
/// <param name="SkippedCount">The rows left out because they have no neighbours.</param>
public sealed record RejectionCalibration(
    long KnownCount, long FalseRejectCount, long CorrectCount, long UnknownCount, long FalseAcceptCount, long SkippedCount)
{
    /// <summary>The fraction rejected of the rows of known classes; NaN where there are none.</summary>
    [JsonIgnore]
    public double FalseRejectRate => (double)FalseRejectCount / KnownCount;

    /// <summary>The fraction accepted and given their own class of the rows of known classes; NaN where there are none.</summary>
    [JsonIgnore]
    public double CorrectRate => (double)CorrectCount / KnownCount;

    /// <summary>The fraction accepted of the rows of no known class; NaN where there are none.</summary>
    [JsonIgnore]
    public double FalseAcceptRate => (double)FalseAcceptCount / UnknownCount;

    /// <summary>The rates, on one line.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"FRR {FalseRejectRate:F4} ({FalseRejectCount} of {KnownCount}), right {CorrectRate:F4}, FAR {FalseAcceptRate:F4} ({FalseAcceptCount} of {UnknownCount})");
}
