using System.Globalization;

namespace Microsoft.ML.Similarity.Evaluation;

/// <summary>How well the scores of pairs follow given degrees of similarity.</summary>
public sealed class SimilarityMetrics
{
    internal SimilarityMetrics(double spearman, double pearson, long rowCount, long skippedCount)
    {
        SpearmanCorrelation = spearman;
        PearsonCorrelation = pearson;
        RowCount = rowCount;
        SkippedCount = skippedCount;
    }

    /// <summary>
    /// Spearman's rank correlation, from -1 to 1: whether scores and labels order the rows alike. Equal values share the mean of
    /// their ranks. NaN where all scores or all labels are equal, for which it is not defined.
    /// </summary>
    public double SpearmanCorrelation { get; }

    /// <summary>
    /// Pearson's correlation, from -1 to 1: whether scores and labels lie on a rising line. NaN where all scores or all labels are
    /// equal, for which it is not defined.
    /// </summary>
    public double PearsonCorrelation { get; }

    /// <summary>The number of rows evaluated.</summary>
    public long RowCount { get; }

    /// <summary>The number of rows left out because their label or score is NaN or infinite.</summary>
    public long SkippedCount { get; }

    /// <summary>All metrics on one line, and what was left out, if anything.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"Spearman {SpearmanCorrelation:F4}, Pearson {PearsonCorrelation:F4}, rows {RowCount}{(SkippedCount > 0 ? string.Create(CultureInfo.InvariantCulture, $", {SkippedCount} with an invalid label or score left out") : "")}");
}
