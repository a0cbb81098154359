using Microsoft.ML.Similarity.Interop;
using Microsoft.ML.Similarity.Neighbors;

namespace Microsoft.ML;

/// <summary>K-nearest-neighbours classification in ML.NET's own catalog.</summary>
public static class MulticlassNeighborsExtensions
{
    /// <summary>Classifies a row by the classes of its nearest neighbours: <see cref="KNearestNeighborsMulticlassTrainer"/>.</summary>
    /// <param name="catalog">The catalog of multiclass trainers.</param>
    /// <param name="labelColumnName">The column of the classes: key, text, an integer or Boolean.</param>
    /// <param name="featureColumnName">The column of the vectors whose distances are taken.</param>
    /// <param name="numberOfNeighbors">How many neighbours vote, at least 1.</param>
    /// <param name="metric">How distances are measured.</param>
    /// <param name="votes">How much each neighbour counts.</param>
    /// <param name="rowIdColumnName">A column that tells rows apart, or null to tell them apart by the ids of the view.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="numberOfNeighbors"/> is less than 1.</exception>
    /// <exception cref="ArgumentException"><paramref name="votes"/> are weighted by distance, and distances may be negative.</exception>
    public static KNearestNeighborsMulticlassTrainer KNearestNeighbors(
        this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog,
        string labelColumnName = "Label",
        string featureColumnName = "Features",
        int numberOfNeighbors = 5,
        NeighborMetric metric = NeighborMetric.Euclidean,
        NeighborVotes votes = NeighborVotes.Uniform,
        string? rowIdColumnName = null) =>
        catalog.KNearestNeighbors(new KNearestNeighborsMulticlassTrainer.Options
        {
            LabelColumnName = labelColumnName,
            FeatureColumnName = featureColumnName,
            NumberOfNeighbors = numberOfNeighbors,
            Metric = metric,
            Votes = votes,
            RowIdColumnName = rowIdColumnName,
        });

    /// <summary>Classifies a row by the classes of its nearest neighbours: <see cref="KNearestNeighborsMulticlassTrainer"/>.</summary>
    /// <param name="catalog">The catalog of multiclass trainers.</param>
    /// <param name="options">All options; read when this is called.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public static KNearestNeighborsMulticlassTrainer KNearestNeighbors(
        this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog, KNearestNeighborsMulticlassTrainer.Options options) =>
        new(Environments.EnvironmentOf(catalog), options);
}
