using Microsoft.ML.Similarity.Neighbors;

namespace Microsoft.ML;

/// <summary>K-nearest-neighbours classification of rows that may have several labels, for which ML.NET has no catalog.</summary>
public static class MultiLabelNeighborsExtensions
{
    /// <summary>Gives a row labels by those of its nearest neighbours: <see cref="KNearestNeighborsMultiLabelTrainer"/>.</summary>
    /// <param name="catalog">The catalog of trainers.</param>
    /// <param name="labelColumnName">The column of the rows' labels: a vector of any length of keys, text or integers.</param>
    /// <param name="featureColumnName">The column of the vectors whose distances are taken.</param>
    /// <param name="numberOfNeighbors">How many neighbours vote, at least 1.</param>
    /// <param name="threshold">The least share of the votes of a label that is predicted, above 0 and at most 1.</param>
    /// <param name="metric">How distances are measured.</param>
    /// <param name="votes">How much each neighbour counts.</param>
    /// <param name="rowIdColumnName">A column that tells rows apart, or null to tell them apart by the ids of the view.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="numberOfNeighbors"/> or <paramref name="threshold"/> is out of its
    /// range.</exception>
    /// <exception cref="ArgumentException"><paramref name="votes"/> are weighted by distance, and distances may be negative.</exception>
    public static KNearestNeighborsMultiLabelTrainer KNearestNeighborsMultiLabel(
        this SimilarityCatalog.SimilarityTrainers catalog,
        string labelColumnName = "Label",
        string featureColumnName = "Features",
        int numberOfNeighbors = 5,
        float threshold = 0.5f,
        NeighborMetric metric = NeighborMetric.Euclidean,
        NeighborVotes votes = NeighborVotes.Uniform,
        string? rowIdColumnName = null) =>
        catalog.KNearestNeighborsMultiLabel(new KNearestNeighborsMultiLabelTrainer.Options
        {
            LabelColumnName = labelColumnName,
            FeatureColumnName = featureColumnName,
            NumberOfNeighbors = numberOfNeighbors,
            Threshold = threshold,
            Metric = metric,
            Votes = votes,
            RowIdColumnName = rowIdColumnName,
        });

    /// <summary>Gives a row labels by those of its nearest neighbours: <see cref="KNearestNeighborsMultiLabelTrainer"/>.</summary>
    /// <param name="catalog">The catalog of trainers.</param>
    /// <param name="options">All options; read when this is called.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public static KNearestNeighborsMultiLabelTrainer KNearestNeighborsMultiLabel(
        this SimilarityCatalog.SimilarityTrainers catalog, KNearestNeighborsMultiLabelTrainer.Options options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return new(catalog.Environment, options);
    }
}
