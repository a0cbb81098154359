namespace Microsoft.ML.Similarity.Neighbors.Index;

/// <summary>How far the build of a <see cref="NeighborIndex"/> is.</summary>
/// <param name="Stage">What begins, or is finished.</param>
/// <param name="IsFinished">Whether it is finished.</param>
/// <param name="Elapsed">The time since the build began.</param>
public readonly record struct NeighborIndexProgress(NeighborIndexStage Stage, bool IsFinished, TimeSpan Elapsed);
