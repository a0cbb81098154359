namespace Microsoft.ML.Similarity.Training;

/// <summary>One completed epoch.</summary>
/// <param name="Epoch">Counted from 1.</param>
/// <param name="Loss">The mean loss of its steps.</param>
/// <param name="LearningRate">The learning rate of its last step.</param>
/// <param name="ActiveFraction">The share of selected tuples that had a loss, mean over its steps.</param>
/// <param name="MeanPositiveDistance">The mean distance of rows of the same class in a batch; of batches of classes, from up to 64 rows evenly spread to all.</param>
/// <param name="MeanNegativeDistance">The mean distance of rows of different classes in a batch, likewise.</param>
/// <param name="ValidationMetric">The metric that <see cref="TrainingSummary.ValidationMetric"/> names, or null where there are none.</param>
/// <param name="Elapsed">The time since training began.</param>
/// <param name="SkippedSteps">Its steps that were skipped because a loss or gradient was not finite; the mean loss is that of its batches that had a finite one.</param>
public sealed record EpochSummary(
    int Epoch,
    double Loss,
    double LearningRate,
    double ActiveFraction,
    double MeanPositiveDistance,
    double MeanNegativeDistance,
    double? ValidationMetric,
    TimeSpan Elapsed,
    int SkippedSteps = 0);
