using Microsoft.ML.Similarity.Augmentation;
using Microsoft.ML.Similarity.Embedding;
using Microsoft.ML.Similarity.Encoders;
using Microsoft.ML.Similarity.Training.Optimization;

namespace Microsoft.ML.Similarity.Training;

/// <summary>What the training loop is told: a trainer's options once checked.</summary>
internal sealed record TrainingSettings
{
    public required Encoder Encoder { get; init; }

    /// <summary>The model that training continues from, of an equal encoder; or null.</summary>
    public EmbeddingModel? Previous { get; private init; }

    public required int BatchSize { get; init; }

    /// <summary>The rows whose activations are kept at once, or null for all of a batch.</summary>
    public required int? GradientCacheChunkSize { get; init; }

    /// <summary>How the pictures of a batch are changed, for an encoder of pictures; or null.</summary>
    public required ImageAugmentation? Augmentation { get; init; }

    public required TrainingPrecision Precision { get; init; }

    public required bool UseCudaGraphs { get; init; }

    public required int? MaximumNumberOfEpochs { get; init; }

    public required double LearningRate { get; init; }

    /// <summary>What the learning rate is multiplied with for the weights of the loss; null for what suits the loss.</summary>
    public required double? LossLearningRateFactor { get; init; }

    public required Optimizer Optimizer { get; init; }

    /// <summary>The most that the norm of all gradients may be, or null.</summary>
    public required double? MaximumGradientNorm { get; init; }

    /// <summary>The batches of a step.</summary>
    public required int GradientAccumulationSteps { get; init; }

    /// <summary>Whether steps whose losses or gradients are not finite leave everything as it was.</summary>
    public bool SkipNonFiniteSteps { get; init; }

    public required IReadOnlyList<ParameterRule> ParameterRules { get; init; }

    /// <summary>Null for the last weights.</summary>
    public required WeightAveraging? WeightAveraging { get; init; }

    public required LearningRateSchedule Schedule { get; init; }

    public required double WarmUpFraction { get; init; }

    public required int EarlyStoppingPatience { get; init; }

    /// <summary>The bytes of memory that the data may take, or null for the default.</summary>
    public required long? DataMemoryBudget { get; init; }

    public required ImageStorage ImageStorage { get; init; }

    /// <summary>Where checkpoints go, or null for none.</summary>
    public required string? CheckpointFolder { get; init; }

    public required TimeSpan CheckpointInterval { get; init; }

    public required int CheckpointsToKeep { get; init; }

    /// <summary>Null for the environment's, or a random one.</summary>
    public required int? Seed { get; init; }

    public required double ValidationFraction { get; init; }

    public required CancellationToken CancellationToken { get; init; }

    public required bool ThrowOnCancellation { get; init; }

    public required IProgress<TrainingProgress>? Progress { get; init; }

    public required IProgress<ReadingProgress>? ReadingProgress { get; init; }

    /// <summary>Where reports are written, or null.</summary>
    public required string? LogFile { get; init; }

    /// <summary>The same for a training that continues from a model; for one that does not if there is none.</summary>
    /// <exception cref="ArgumentException">The model's encoder is another.</exception>
    public TrainingSettings ContinuedFrom(EmbeddingModel? previousModel) => previousModel is null || Encoder == previousModel.Encoder
        ? this with { Previous = previousModel }
        : throw new ArgumentException(
            $"Encoder must be that of the previous model, previousModel.Encoder; {EncoderDifference.Between(Encoder, previousModel.Encoder)}.", nameof(previousModel));
}
