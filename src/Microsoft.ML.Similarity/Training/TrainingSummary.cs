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

    /// <summary>The time from the call of Fit to its end.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>The rows trained on.</summary>
    public required int TrainingRows { get; init; }

    /// <summary>The classes among the rows trained on.</summary>
    public required int TrainingClasses { get; init; }

    /// <summary>The rows held out or given for validation; 0 where there are none.</summary>
    public required int ValidationRows { get; init; }

    /// <summary>The seed that was used: given again, with the same data, machine and number of threads, it gives the same weights on the CPU.</summary>
    public required int Seed { get; init; }

    /// <summary>Where the training ran: <c>cpu</c> or <c>cuda:N</c>.</summary>
    public required string Device { get; init; }
}
