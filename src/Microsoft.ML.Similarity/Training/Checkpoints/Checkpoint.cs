using Microsoft.ML.Similarity.Persistence;

namespace Microsoft.ML.Similarity.Training.Checkpoints;

/// <summary>All that a training needs to go on as if it had never stopped.</summary>
/// <param name="Progress">How far it had come.</param>
/// <param name="Tensors">Weights, buffers, optimizer, random states and the best weights so far, by name.</param>
internal sealed record Checkpoint(CheckpointProgress Progress, IReadOnlyDictionary<string, SafetensorsTensor> Tensors);
