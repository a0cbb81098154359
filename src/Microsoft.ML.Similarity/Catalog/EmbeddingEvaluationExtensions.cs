using Microsoft.ML.Similarity.Evaluation;
using Microsoft.ML.Similarity.Interop;
using Microsoft.ML.Similarity.Rows;

namespace Microsoft.ML;

/// <summary>The metrics of clusters and of few-shot classes among embeddings, on <see cref="SimilarityCatalog"/>.</summary>
public static class EmbeddingEvaluationExtensions
{
    /// <summary>Scores how far the clusters that k-means finds in the embeddings agree with the classes.</summary>
    /// <remarks>
    /// Rows with a missing label or with NaN or infinity in their embedding are left out and counted in the result. k-means is the
    /// best of 10 starts (k-means++), each of at most 300 iterations; an iteration takes time in proportion to rows × clusters ×
    /// dimension. The result depends on the seed, not on the number of threads.
    /// </remarks>
    /// <param name="catalog">The catalog, <c>ml.Similarity</c>.</param>
    /// <param name="data">The rows.</param>
    /// <param name="labelColumnName">Their classes: a key, text, integer or Boolean column.</param>
    /// <param name="embeddingColumnName">A vector of <see cref="float"/> values, of known size. Clusters are Euclidean.</param>
    /// <param name="numberOfClusters">At least 1 and at most the number of rows; null for the number of classes.</param>
    /// <param name="seed">Of the starts; null for the <see cref="MLContext"/>'s seed, or a random one where it has none.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type, or the number of clusters does not fit.</exception>
    /// <exception cref="InvalidOperationException">No row can be clustered.</exception>
    public static ClusteringMetrics EvaluateClustering(
        this SimilarityCatalog catalog, IDataView data, string labelColumnName = "Label", string embeddingColumnName = "Embedding",
        int? numberOfClusters = null, int? seed = null) =>
        ClusteringEvaluator.Evaluate(Read(catalog, data, labelColumnName, embeddingColumnName), numberOfClusters, SeedOf(catalog, seed));

    /// <summary>Scores how well a few rows of each class classify others, over many random episodes.</summary>
    /// <remarks>
    /// An episode draws <paramref name="ways"/> classes, and from each of them <paramref name="shots"/> + <paramref name="queries"/>
    /// different rows; a query is given the class whose mean of shots is nearest by Euclidean distance. Rows with a missing label
    /// or with NaN or infinity in their embedding, and classes with too few rows, are left out and counted in the result, which
    /// depends on the seed, not on the number of threads.
    /// </remarks>
    /// <param name="catalog">The catalog, <c>ml.Similarity</c>.</param>
    /// <param name="data">The rows.</param>
    /// <param name="labelColumnName">Their classes: a key, text, integer or Boolean column.</param>
    /// <param name="embeddingColumnName">A vector of <see cref="float"/> values, of known size.</param>
    /// <param name="ways">The number of classes in an episode; at least 2.</param>
    /// <param name="shots">The number of known rows of each class; at least 1.</param>
    /// <param name="queries">The number of rows of each class to classify; at least 1.</param>
    /// <param name="episodes">The number of episodes; at least 2.</param>
    /// <param name="seed">Of the episodes; null for the <see cref="MLContext"/>'s seed, or a random one where it has none.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type, or a number is too small.</exception>
    /// <exception cref="InvalidOperationException">Fewer classes than <paramref name="ways"/> have enough rows.</exception>
    public static FewShotMetrics EvaluateFewShot(
        this SimilarityCatalog catalog, IDataView data, string labelColumnName = "Label", string embeddingColumnName = "Embedding",
        int ways = 5, int shots = 1, int queries = 15, int episodes = 600, int? seed = null)
    {
        var sizes = new FewShotEpisodes(ways, shots, queries, episodes);
        return FewShotEvaluator.Evaluate(Read(catalog, data, labelColumnName, embeddingColumnName), sizes, SeedOf(catalog, seed));
    }

    private static LabelledRows Read(SimilarityCatalog catalog, IDataView data, string labelColumnName, string embeddingColumnName)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(data);
        var label = InputColumns.Label(data.Schema, labelColumnName);
        var embedding = InputColumns.Features(data.Schema, embeddingColumnName, "embedding");
        return LabelledRowsReader.Read(data, label, embedding, LabelVocabulary.For(label));
    }

    private static int SeedOf(SimilarityCatalog catalog, int? seed) => seed ?? catalog.Environment.Seed() ?? Random.Shared.Next();
}
