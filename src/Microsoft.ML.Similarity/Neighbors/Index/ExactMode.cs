namespace Microsoft.ML.Similarity.Neighbors.Index;

/// <summary>Searches find exactly the nearest rows.</summary>
public sealed record ExactMode : SearchMode;
