namespace Microsoft.ML.Similarity.Training.Checkpoints;

/// <summary>How far a training had come; the part of a checkpoint that is no tensor.</summary>
/// <param name="Training">What the training was of: option or property of the data, and its value.</param>
/// <param name="Seed">What all random parts were derived from.</param>
/// <param name="Epoch">The epoch under way, counted from 1.</param>
/// <param name="Step">Its steps that were done.</param>
/// <param name="BatchesSeen">The batches its statistics are of.</param>
/// <param name="BestEpoch">The epoch of the best weights, 0 where there is none yet.</param>
/// <param name="BestMetric">Its validation metric.</param>
/// <param name="Epochs">The epochs that were completed.</param>
/// <param name="Elapsed">The time spent on it.</param>
/// <param name="Ended">Why it had ended; null where it had not.</param>
internal sealed record CheckpointProgress(
    Dictionary<string, string> Training,
    int Seed,
    int Epoch,
    int Step,
    int BatchesSeen,
    int BestEpoch,
    double BestMetric,
    EpochSummary[] Epochs,
    TimeSpan Elapsed,
    StopReason? Ended);
