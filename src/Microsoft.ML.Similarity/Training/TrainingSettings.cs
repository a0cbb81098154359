using Microsoft.ML.Similarity.Encoders;
using Microsoft.ML.Similarity.Losses;
using Microsoft.ML.Similarity.Miners;
using Microsoft.ML.Similarity.Sampling;

namespace Microsoft.ML.Similarity.Training;

/// <summary>What the training loop is told: a trainer's options once checked.</summary>
internal sealed record TrainingSettings
{
    public required Encoder Encoder { get; init; }

    public required Loss Loss { get; init; }

    public required Miner? Miner { get; init; }

    public required ClassSampler Sampler { get; init; }

    public required int BatchSize { get; init; }

    public required int? MaximumNumberOfEpochs { get; init; }

    public required double LearningRate { get; init; }

    public required double WeightDecay { get; init; }

    public required LearningRateSchedule Schedule { get; init; }

    public required double WarmUpFraction { get; init; }

    public required int EarlyStoppingPatience { get; init; }

    public required int Seed { get; init; }

    public required bool ThrowOnCancellation { get; init; }

    public required IProgress<TrainingProgress>? Progress { get; init; }
}
