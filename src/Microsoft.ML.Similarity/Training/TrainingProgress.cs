namespace Microsoft.ML.Similarity.Training;

/// <summary>What a running training reports: about once a second and at the end of each epoch.</summary>
public sealed record TrainingProgress
{
    /// <summary>The epoch under way, counted from 1.</summary>
    public required int Epoch { get; init; }

    /// <summary>The epoch at which training ends at the latest.</summary>
    public required int MaximumNumberOfEpochs { get; init; }

    /// <summary>The steps done in this epoch.</summary>
    public required int Step { get; init; }

    /// <summary>The steps of this epoch.</summary>
    public required int StepsInEpoch { get; init; }

    /// <summary>The mean loss of the epoch's steps so far.</summary>
    public required double Loss { get; init; }

    /// <summary>The steps of this epoch that were skipped so far because a loss or gradient was not finite; 0 unless the options ask for it.</summary>
    public int SkippedSteps { get; init; }

    /// <summary>The learning rate of the last step.</summary>
    public required double LearningRate { get; init; }

    /// <summary>The share of the selected triplets (or pairs) that still had a loss, 0 to 1, mean over the epoch's steps so far.</summary>
    public required double ActiveFraction { get; init; }

    /// <summary>
    /// The mean distance of rows of the same class in a batch; of batches of classes, from up to 64 rows evenly spread to all. When it and the negative one both
    /// shrink to 0, the embedding collapses.
    /// </summary>
    public required double MeanPositiveDistance { get; init; }

    /// <summary>The mean distance of rows of different classes in a batch, likewise.</summary>
    public required double MeanNegativeDistance { get; init; }

    /// <summary>At the end of an epoch, the metric of the validation rows, the one <see cref="TrainingSummary.ValidationMetric"/> names; null in between, or where there are none.</summary>
    public double? ValidationMetric { get; init; }

    /// <summary>The time since training began, reading included.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>The time to the last possible epoch at the pace so far; early stopping may end it sooner.</summary>
    public required TimeSpan Remaining { get; init; }
}
