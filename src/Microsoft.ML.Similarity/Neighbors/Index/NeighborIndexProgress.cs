namespace Microsoft.ML.Similarity.Neighbors.Index;

/// <summary>How far the build of a <see cref="NeighborIndex"/> is.</summary>
/// <param name="Stage">What begins, or is finished.</param>
/// <param name="IsFinished">Whether it is finished.</param>
/// <param name="Elapsed">The time since the build began.</param>
/// <param name="Share">How much of the stage is done, from 0 to 1.</param>
public readonly record struct NeighborIndexProgress(NeighborIndexStage Stage, bool IsFinished, TimeSpan Elapsed, double Share);
