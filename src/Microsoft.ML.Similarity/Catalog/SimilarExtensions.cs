using Microsoft.ML.Similarity.Neighbors;

namespace Microsoft.ML;

/// <summary>The decision whether two belong together, as a transform.</summary>
public static class SimilarExtensions
{
    /// <summary>
    /// Scores how similar two vectors of a row are, and decides by a threshold whether the two belong together:
    /// <see cref="SimilarEstimator"/>.
    /// </summary>
    /// <example>
    /// <code>
    /// var similar = ml.Similarity.Transforms.Similar(falseAcceptRate: 0.001).Fit(validationPairs);
    /// Console.WriteLine($"{similar.Threshold}: {similar.Calibration}");
    /// VerificationMetrics metrics = ml.Similarity.EvaluateVerification(similar.Transform(testPairs));
    /// </code>
    /// </example>
    /// <param name="catalog">The catalog of transforms.</param>
    /// <param name="leftColumnName">The column of one vector.</param>
    /// <param name="rightColumnName">The column of the other vector.</param>
    /// <param name="labelColumnName">Whether the two belong together, a Boolean; read by Fit alone, to find the threshold.</param>
    /// <param name="falseAcceptRate">The largest fraction of the pairs whose label is false that the threshold may accept, from 0 to 1.</param>
    /// <param name="metric">How the vectors are compared.</param>
    /// <param name="threshold">The least score of two that belong together, or null to find it by <paramref name="falseAcceptRate"/>;
    /// where it is given no label is needed.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="falseAcceptRate"/> is not from 0 to 1, or
    /// <paramref name="threshold"/> is NaN.</exception>
    public static SimilarEstimator Similar(
        this SimilarityCatalog.SimilarityTransforms catalog,
        string leftColumnName = "LeftEmbedding",
        string rightColumnName = "RightEmbedding",
        string labelColumnName = "Label",
        double falseAcceptRate = 0.01,
        NeighborMetric metric = NeighborMetric.Cosine,
        float? threshold = null) =>
        catalog.Similar(new SimilarEstimator.Options
        {
            LeftColumnName = leftColumnName,
            RightColumnName = rightColumnName,
            LabelColumnName = labelColumnName,
            FalseAcceptRate = falseAcceptRate,
            Metric = metric,
            Threshold = threshold,
        });

    /// <summary>
    /// Scores how similar two vectors of a row are, and decides by a threshold whether the two belong together:
    /// <see cref="SimilarEstimator"/>.
    /// </summary>
    /// <param name="catalog">The catalog of transforms.</param>
    /// <param name="options">All options; read when this is called.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public static SimilarEstimator Similar(this SimilarityCatalog.SimilarityTransforms catalog, SimilarEstimator.Options options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return new(catalog.Environment, options);
    }
}
