using Microsoft.ML.Similarity.Interop;
using Microsoft.ML.Similarity.Neighbors;

namespace Microsoft.ML;

/// <summary>K-nearest-neighbours regression in ML.NET's own catalog.</summary>
public static class RegressionNeighborsExtensions
{
    /// <summary>Predicts a number by those of the nearest neighbours: <see cref="KNearestNeighborsRegressionTrainer"/>.</summary>
    /// <param name="catalog">The catalog of regression trainers.</param>
    /// <param name="labelColumnName">The column of the numbers to predict: <see cref="float"/>.</param>
    /// <param name="featureColumnName">The column of the vectors whose distances are taken.</param>
    /// <param name="numberOfNeighbors">How many neighbours count, at least 1.</param>
    /// <param name="metric">How distances are measured.</param>
    /// <param name="votes">How much each neighbour counts.</param>
    /// <param name="rowIdColumnName">A column that tells rows apart, or null to tell them apart by the ids of the view.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="numberOfNeighbors"/> is less than 1.</exception>
    /// <exception cref="ArgumentException"><paramref name="votes"/> are weighted by distance, and distances may be negative.</exception>
    public static KNearestNeighborsRegressionTrainer KNearestNeighbors(
        this RegressionCatalog.RegressionTrainers catalog,
        string labelColumnName = "Label",
        string featureColumnName = "Features",
        int numberOfNeighbors = 5,
        NeighborMetric metric = NeighborMetric.Euclidean,
        NeighborVotes votes = NeighborVotes.Uniform,
        string? rowIdColumnName = null) =>
        catalog.KNearestNeighbors(new KNearestNeighborsRegressionTrainer.Options
        {
            LabelColumnName = labelColumnName,
            FeatureColumnName = featureColumnName,
            NumberOfNeighbors = numberOfNeighbors,
            Metric = metric,
            Votes = votes,
            RowIdColumnName = rowIdColumnName,
        });

    /// <summary>Predicts a number by those of the nearest neighbours: <see cref="KNearestNeighborsRegressionTrainer"/>.</summary>
    /// <param name="catalog">The catalog of regression trainers.</param>
    /// <param name="options">All options; read when this is called.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public static KNearestNeighborsRegressionTrainer KNearestNeighbors(
        this RegressionCatalog.RegressionTrainers catalog, KNearestNeighborsRegressionTrainer.Options options) =>
        new(Environments.EnvironmentOf(catalog), options);
}
