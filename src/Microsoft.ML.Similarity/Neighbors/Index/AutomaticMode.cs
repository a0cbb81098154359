namespace Microsoft.ML.Similarity.Neighbors.Index;

/// <summary>Searches are exact where this is fast enough, and go along a graph where that is much faster.</summary>
/// <remarks>
/// An index of fewer than 50,000 distinct rows is searched exactly. One of more gets a graph with <see cref="GraphCodes.PrincipalBytes"/>, which is
/// dropped if searches with the recall asked for would have to compare more than a twentieth of the rows. The choice depends on the rows
/// only, not on the machine.
/// </remarks>
public sealed record AutomaticMode : SearchMode
{
    /// <summary>The share of the true neighbours to find where there is a graph, above 0 and below 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
    public double TargetRecall { get; init => field = CheckedRecall(value); } = DefaultTargetRecall;
}
