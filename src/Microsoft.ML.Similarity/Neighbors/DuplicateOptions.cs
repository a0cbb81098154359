using Microsoft.ML.Similarity.Neighbors.Index;

namespace Microsoft.ML.Similarity.Neighbors;

/// <summary>The options of the search for duplicates.</summary>
public sealed class DuplicateOptions
{
    /// <summary>The largest distance of two rows that are duplicates, in units of <see cref="Metric"/>; finite. Default 0.05.</summary>
    public float MaximumDistance = 0.05f;

    /// <summary>How distances are measured. Default <see cref="NeighborMetric.Cosine"/>.</summary>
    public NeighborMetric Metric = NeighborMetric.Cosine;

    /// <summary>
    /// How thoroughly to search: <see cref="SearchMode.Exact"/> (the default) finds every pair, <see cref="SearchMode.Approximate"/> nearly all of
    /// them, in less time where there are very many rows.
    /// </summary>
    public SearchMode SearchMode = SearchMode.Exact;

    /// <summary>Ends the search by an <see cref="OperationCanceledException"/>, as <c>MLContext.CancelExecution</c> does.</summary>
    public CancellationToken CancellationToken;

    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    internal void Check()
    {
        if (!float.IsFinite(MaximumDistance))
        {
            throw new ArgumentOutOfRangeException(
                nameof(MaximumDistance), FormattableString.Invariant($"MaximumDistance is {MaximumDistance}; it must be a finite number."));
        }
        NeighborSettings.CheckMetric(Metric);
        ArgumentNullException.ThrowIfNull(SearchMode);
    }
}
