namespace Microsoft.ML.Similarity.Neighbors;

/// <summary>When a classifier says that a row is of no class it knows.</summary>
/// <param name="MaximumDistance">Of the rows that are given a class.</param>
/// <param name="Calibration">What that does on the rows it was found on; null where it was given.</param>
internal sealed record Rejection(float MaximumDistance, RejectionCalibration? Calibration);
