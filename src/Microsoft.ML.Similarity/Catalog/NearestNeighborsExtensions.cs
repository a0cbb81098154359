using Microsoft.ML.Similarity.Neighbors;

namespace Microsoft.ML;

/// <summary>The search for neighbours as a transform.</summary>
public static class NearestNeighborsExtensions
{
    /// <summary>Adds each row's nearest neighbours among the rows fitted on: <see cref="NearestNeighborsEstimator"/>.</summary>
    /// <param name="catalog">The catalog of transforms.</param>
    /// <param name="outputColumnName">What the names of the output columns begin with.</param>
    /// <param name="inputColumnName">The column of the vectors whose distances are taken.</param>
    /// <param name="numberOfNeighbors">How many neighbours to find, at least 1.</param>
    /// <param name="metric">How distances are measured.</param>
    /// <param name="columns">The columns of the reference rows to give back for each neighbour; null for none.</param>
    /// <param name="rowIdColumnName">A column that tells rows apart, or null to tell them apart by the ids of the view.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="numberOfNeighbors"/> is less than 1.</exception>
    /// <exception cref="ArgumentException"><paramref name="columns"/> names a column twice, or one whose output the transform
    /// itself adds.</exception>
    public static NearestNeighborsEstimator NearestNeighbors(
        this SimilarityCatalog.SimilarityTransforms catalog,
        string outputColumnName = "Neighbor",
        string inputColumnName = "Embedding",
        int numberOfNeighbors = 5,
        NeighborMetric metric = NeighborMetric.Euclidean,
        IReadOnlyList<string>? columns = null,
        string? rowIdColumnName = null) =>
        catalog.NearestNeighbors(new NearestNeighborsEstimator.Options
        {
            OutputColumnName = outputColumnName,
            InputColumnName = inputColumnName,
            NumberOfNeighbors = numberOfNeighbors,
            Metric = metric,
            Columns = columns ?? [],
            RowIdColumnName = rowIdColumnName,
        });

    /// <summary>Adds each row's nearest neighbours among the rows fitted on: <see cref="NearestNeighborsEstimator"/>.</summary>
    /// <param name="catalog">The catalog of transforms.</param>
    /// <param name="options">All options; read when this is called.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public static NearestNeighborsEstimator NearestNeighbors(
        this SimilarityCatalog.SimilarityTransforms catalog, NearestNeighborsEstimator.Options options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return new(catalog.Environment, options);
    }
}
