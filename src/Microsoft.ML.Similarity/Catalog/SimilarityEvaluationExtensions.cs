using Microsoft.ML.Similarity.Evaluation;
using Microsoft.ML.Similarity.Neighbors;
using Microsoft.ML.Similarity.Rows;

namespace Microsoft.ML;

/// <summary>The metrics of similarity, on <see cref="SimilarityCatalog"/>.</summary>
public static class SimilarityEvaluationExtensions
{
    private const string EmbeddingRole = "embedding";

    /// <summary>Scores how well rows of one class find each other, each row being a query against all other rows.</summary>
    /// <remarks>
    /// Rows with a missing label or with NaN or infinity in their embedding, and queries whose class has no other row, are left
    /// out and counted in the result. Rows at equal distances rank in the order of the data. The time grows with the square of
    /// the number of rows, the memory with their number. The result does not depend on the number of threads.
    /// </remarks>
    /// <param name="catalog">The catalog, <c>ml.Similarity</c>.</param>
    /// <param name="data">The rows.</param>
    /// <param name="labelColumnName">Their classes: a key, text, integer or Boolean column.</param>
    /// <param name="embeddingColumnName">A vector of <see cref="float"/> values, of known size.</param>
    /// <param name="metric">What ranks the rows.</param>
    /// <param name="cutoffs">The k of recall@k and NDCG@k, each at least 1; null for 1, 5 and 10.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type, or a cutoff is less than 1.</exception>
    /// <exception cref="InvalidOperationException">No row can be evaluated.</exception>
    public static RetrievalMetrics EvaluateRetrieval(
        this SimilarityCatalog catalog, IDataView data, string labelColumnName = "Label", string embeddingColumnName = "Embedding",
        NeighborMetric metric = NeighborMetric.Euclidean, IReadOnlyList<int>? cutoffs = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(data);
        var label = InputColumns.Label(data.Schema, labelColumnName);
        var embedding = InputColumns.Features(data.Schema, embeddingColumnName, EmbeddingRole);
        return RetrievalEvaluator.LeaveOneOut(LabelledRowsReader.Read(data, label, embedding, LabelVocabulary.For(label)), metric, cutoffs);
    }

    /// <summary>Scores how well queries find the reference rows of their class.</summary>
    /// <remarks>
    /// No row is taken for another: where the two views share rows, a query finds itself among the references. Labels are the
    /// same when their values are, whatever key number or integer type stands for them.
    /// <para>
    /// Rows with a missing label or with NaN or infinity in their embedding, and queries whose class has no reference row, are
    /// left out and counted in the result. Rows at equal distances rank in the order of the references. The time grows with
    /// the product of the numbers of rows, the memory with their sum. The result does not depend on the number of threads.
    /// </para>
    /// </remarks>
    /// <param name="catalog">The catalog, <c>ml.Similarity</c>.</param>
    /// <param name="queries">The rows to search for.</param>
    /// <param name="references">The rows to search in, with the same column names.</param>
    /// <param name="labelColumnName">The classes: a key, text, integer or Boolean column.</param>
    /// <param name="embeddingColumnName">A vector of <see cref="float"/> values, of the same known size in both.</param>
    /// <param name="metric">What ranks the references.</param>
    /// <param name="cutoffs">The k of recall@k and NDCG@k, each at least 1; null for 1, 5 and 10.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing, of another type or size, or a cutoff is less than 1.</exception>
    /// <exception cref="InvalidOperationException">No query can be evaluated.</exception>
    public static RetrievalMetrics EvaluateRetrieval(
        this SimilarityCatalog catalog, IDataView queries, IDataView references, string labelColumnName = "Label",
        string embeddingColumnName = "Embedding", NeighborMetric metric = NeighborMetric.Euclidean, IReadOnlyList<int>? cutoffs = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(queries);
        ArgumentNullException.ThrowIfNull(references);
        var queryLabel = InputColumns.Label(queries.Schema, labelColumnName);
        var queryEmbedding = InputColumns.Features(queries.Schema, embeddingColumnName, EmbeddingRole);
        var referenceLabel = InputColumns.Label(references.Schema, labelColumnName);
        var dimension = ((Data.VectorDataViewType)queryEmbedding.Type).Size;
        var referenceEmbedding = InputColumns.Features(references.Schema, embeddingColumnName, EmbeddingRole, dimension);

        var vocabulary = LabelVocabulary.For(queryLabel);
        return RetrievalEvaluator.QueryAgainstReference(
            LabelledRowsReader.Read(queries, queryLabel, queryEmbedding, vocabulary),
            LabelledRowsReader.Read(references, referenceLabel, referenceEmbedding, vocabulary), metric, cutoffs);
    }
}
