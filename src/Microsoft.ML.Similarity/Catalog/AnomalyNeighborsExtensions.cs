using Microsoft.ML.Similarity.Interop;
using Microsoft.ML.Similarity.Neighbors;

namespace Microsoft.ML;

/// <summary>K-nearest-neighbours anomaly detection in ML.NET's own catalog.</summary>
public static class AnomalyNeighborsExtensions
{
    /// <summary>Detects rows that lie far from their nearest neighbours: <see cref="KNearestNeighborsAnomalyTrainer"/>.</summary>
    /// <param name="catalog">The catalog of anomaly detection trainers.</param>
    /// <param name="featureColumnName">The column of the vectors whose distances are taken.</param>
    /// <param name="numberOfNeighbors">How many neighbours the score is the mean distance to, at least 1.</param>
    /// <param name="metric">How distances are measured.</param>
    /// <param name="contamination">The largest fraction of the training rows that are taken for anomalies, at least 0 and less than 1.</param>
    /// <param name="rowIdColumnName">A column that tells rows apart, or null to tell them apart by the ids of the view.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="numberOfNeighbors"/> or <paramref name="contamination"/> is out of
    /// its range.</exception>
    public static KNearestNeighborsAnomalyTrainer KNearestNeighbors(
        this AnomalyDetectionCatalog.AnomalyDetectionTrainers catalog,
        string featureColumnName = "Features",
        int numberOfNeighbors = 5,
        NeighborMetric metric = NeighborMetric.Euclidean,
        double contamination = 0.01,
        string? rowIdColumnName = null) =>
        catalog.KNearestNeighbors(new KNearestNeighborsAnomalyTrainer.Options
        {
            FeatureColumnName = featureColumnName,
            NumberOfNeighbors = numberOfNeighbors,
            Metric = metric,
            Contamination = contamination,
            RowIdColumnName = rowIdColumnName,
        });

    /// <summary>Detects rows that lie far from their nearest neighbours: <see cref="KNearestNeighborsAnomalyTrainer"/>.</summary>
    /// <param name="catalog">The catalog of anomaly detection trainers.</param>
    /// <param name="options">All options; read when this is called.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public static KNearestNeighborsAnomalyTrainer KNearestNeighbors(
        this AnomalyDetectionCatalog.AnomalyDetectionTrainers catalog, KNearestNeighborsAnomalyTrainer.Options options) =>
        new(Environments.EnvironmentOf(catalog), options);

    /// <summary>A transformer that takes rows with a Score above another threshold for anomalies; the one given stays as it is.</summary>
    /// <param name="catalog">The catalog of anomaly detection.</param>
    /// <param name="model">A fitted transformer, whose reference rows are shared, not copied.</param>
    /// <param name="threshold">The Score above which a row is an anomaly.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="threshold"/> is NaN.</exception>
    public static KNearestNeighborsAnomalyTransformer ChangeModelThreshold(
        this AnomalyDetectionCatalog catalog, KNearestNeighborsAnomalyTransformer model, float threshold)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(model);
        return float.IsNaN(threshold)
            ? throw new ArgumentOutOfRangeException(nameof(threshold), "threshold is NaN; it must be a number.")
            : new(model.Model.With(new AnomalyOutput(threshold)));
    }
}
