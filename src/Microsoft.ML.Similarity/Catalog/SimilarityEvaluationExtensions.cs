using Microsoft.ML.Similarity.Evaluation;
using Microsoft.ML.Similarity.Neighbors;
using Microsoft.ML.Similarity.Relations;
using Microsoft.ML.Similarity.Rows;

namespace Microsoft.ML;

/// <summary>The metrics of similarity, on <see cref="SimilarityCatalog"/>.</summary>
public static class SimilarityEvaluationExtensions
{
    private const string EmbeddingRole = "embedding";

    /// <summary>Scores how well rows of one class find each other, or rows that belong together otherwise, each row being a query against all other rows.</summary>
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
    /// <param name="maximumRank">
    /// How far the other metrics look down the ranking, at least 1; null for to its end. For instance 10 makes MRR what is
    /// called MRR@10. Rows beyond it count as not found.
    /// </param>
    /// <param name="relation">
    /// Which rows belong together: null for those of one class; <see cref="SharedLabels"/> where rows have several labels each, in a column that is a
    /// vector; <see cref="LabelPredicate{T}"/> where a function of two labels decides. R, of R-precision and MAP@R, is how many others a query belongs to.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type, or a cutoff or the maximum rank is less than 1.</exception>
    /// <exception cref="InvalidOperationException">No row can be evaluated.</exception>
    public static RetrievalMetrics EvaluateRetrieval(
        this SimilarityCatalog catalog, IDataView data, string labelColumnName = "Label", string embeddingColumnName = "Embedding",
        NeighborMetric metric = NeighborMetric.Euclidean, IReadOnlyList<int>? cutoffs = null,
        int? maximumRank = null, RowRelation? relation = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(data);
        relation ??= new SameLabel();
        var label = relation.FindLabel(data.Schema, labelColumnName);
        var embedding = InputColumns.Features(data.Schema, embeddingColumnName, EmbeddingRole);
        var classes = relation.CreateClasses(label);
        var rows = LabelledRowsReader.Read(data, label, embedding, classes);
        return RetrievalEvaluator.LeaveOneOut(rows, metric, cutoffs, maximumRank, classes.Relate());
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
    /// <param name="maximumRank">
    /// How far the other metrics look down the ranking, at least 1; null for to its end. For instance 10 makes MRR what is
    /// called MRR@10. Rows beyond it count as not found.
    /// </param>
    /// <param name="relation">
    /// Which rows belong together: null for those of one class; <see cref="SharedLabels"/> where rows have several labels each, in a column that is a
    /// vector; <see cref="LabelPredicate{T}"/> where a function of two labels decides. R, of R-precision and MAP@R, is how many others a query belongs to.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing, of another type or size, or a cutoff or the maximum rank is less than 1.</exception>
    /// <exception cref="InvalidOperationException">No query can be evaluated.</exception>
    public static RetrievalMetrics EvaluateRetrieval(
        this SimilarityCatalog catalog, IDataView queries, IDataView references, string labelColumnName = "Label",
        string embeddingColumnName = "Embedding", NeighborMetric metric = NeighborMetric.Euclidean, IReadOnlyList<int>? cutoffs = null,
        int? maximumRank = null, RowRelation? relation = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(queries);
        ArgumentNullException.ThrowIfNull(references);
        relation ??= new SameLabel();
        var queryLabel = relation.FindLabel(queries.Schema, labelColumnName);
        var queryEmbedding = InputColumns.Features(queries.Schema, embeddingColumnName, EmbeddingRole);
        var referenceLabel = relation.FindLabel(references.Schema, labelColumnName);
        var dimension = ((Data.VectorDataViewType)queryEmbedding.Type).Size;
        var referenceEmbedding = InputColumns.Features(references.Schema, embeddingColumnName, EmbeddingRole, dimension);

        var classes = relation.CreateClasses(queryLabel);
        var queryRows = LabelledRowsReader.Read(queries, queryLabel, queryEmbedding, classes);
        var referenceRows = LabelledRowsReader.Read(references, referenceLabel, referenceEmbedding, classes);
        return RetrievalEvaluator.QueryAgainstReference(queryRows, referenceRows, metric, cutoffs, maximumRank, classes.Relate());
    }
}
