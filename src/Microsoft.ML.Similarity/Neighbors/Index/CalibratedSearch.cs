namespace Microsoft.ML.Similarity.Neighbors.Index;

/// <summary>How thorough the searches of a graph are.</summary>
/// <param name="NumberOfNeighbors">For so many neighbours; for more, in proportion.</param>
/// <param name="TargetRecall">The recall asked for.</param>
/// <param name="MeasuredRecall">The share of their true neighbours found for rows that were held out, when the graph was built.</param>
/// <param name="Width">ef: how many near rows a search finds on its way. As many as there are rows where searches compare all.</param>
/// <param name="VerifiedRows">Of how many of these the distance is computed from the vectors.</param>
public sealed record CalibratedSearch(int NumberOfNeighbors, double TargetRecall, double MeasuredRecall, int Width, int VerifiedRows);
