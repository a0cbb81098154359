using System.Text.Json.Serialization;

namespace Microsoft.ML.Similarity.Training;

/// <summary>How a training went. It is saved with the model.</summary>
public sealed record TrainingSummary
{
    /// <summary>Why training ended.</summary>
    public required StopReason StopReason { get; init; }

    /// <summary>The epoch whose weights the model has, counted from 1.</summary>
    public required int BestEpoch { get; init; }

    /// <summary>The epochs that were completed, in order.</summary>
    public required IReadOnlyList<EpochSummary> Epochs { get; init; }

    /// <summary>The steps of these epochs that were skipped because a loss or gradient was not finite; 0 unless the options ask for it.</summary>
    [JsonIgnore]
    public int SkippedSteps => Epochs.Sum(epoch => epoch.SkippedSteps);

    /// <summary>The time from the call of Fit to its end.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>The rows trained on: labelled rows, pairs or triplets.</summary>
    public required int TrainingRows { get; init; }

    /// <summary>The classes among the rows trained on; 0 for pairs and triplets, which have none.</summary>
    public required int TrainingClasses { get; init; }

    /// <summary>The rows held out or given for validation; 0 where there are none.</summary>
    public required int ValidationRows { get; init; }

    /// <summary>
    /// What was measured on them after each epoch, the higher the better; null where nothing was. MAP@R of labelled rows; ROC-AUC of
    /// labelled pairs; mean reciprocal rank of pairs that belong together; Spearman correlation of scored pairs; the share of
    /// triplets that are in order.
    /// </summary>
    public required string? ValidationMetric { get; init; }

    /// <summary>The seed that was used: given again, with the same data, machine and number of threads, it gives the same weights on the CPU.</summary>
    public required int Seed { get; init; }

    /// <summary>Where the training ran: <c>cpu</c> or <c>cuda:N</c>.</summary>
    public required string Device { get; init; }
}
