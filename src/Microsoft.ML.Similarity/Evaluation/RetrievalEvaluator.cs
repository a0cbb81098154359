using Microsoft.ML.Similarity.Neighbors;
using Microsoft.ML.Similarity.Relations;

namespace Microsoft.ML.Similarity.Evaluation;

/// <summary>Computes <see cref="RetrievalMetrics"/> from plain memory, all queries against all references.</summary>
/// <remarks>
/// O(N² · dimension) time; memory for the rows once more and, per thread, for the distances of a few queries. The result is
/// the same, to the bit, for any number of threads.
/// </remarks>
internal static class RetrievalEvaluator
{
    /// <summary>Every row is a query against all other rows.</summary>
    /// <param name="rows">Rows without a class or with an embedding that is not finite are left out and counted.</param>
    /// <param name="metric">What ranks the rows.</param>
    /// <param name="cutoffs">The k of recall@k and NDCG@k; null for 1, 5 and 10.</param>
    /// <param name="maximumRank">How far the other metrics look down the ranking; null for to its end.</param>
    /// <param name="relation">Which classes belong together; null for each with itself only.</param>
    /// <param name="threads">At most this many; -1 for all.</param>
    /// <param name="cancellation">Ends the work with <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">A cutoff or the maximum rank is less than 1.</exception>
    /// <exception cref="InvalidOperationException">No query has a row to find.</exception>
    public static RetrievalMetrics LeaveOneOut(
        LabelledRows rows, NeighborMetric metric = NeighborMetric.Euclidean, IReadOnlyList<int>? cutoffs = null,
        int? maximumRank = null, ClassRelation? relation = null, int threads = -1, CancellationToken cancellation = default)
    {
        var usable = new UsableRows(rows);
        return Evaluate(usable, usable, relation, metric, cutoffs, maximumRank, threads, cancellation);
    }

    /// <summary>Every query against all references; both of the same dimension and with the same numbering of classes.</summary>
    /// <inheritdoc cref="LeaveOneOut"/>
    public static RetrievalMetrics QueryAgainstReference(
        LabelledRows queries, LabelledRows references, NeighborMetric metric = NeighborMetric.Euclidean, IReadOnlyList<int>? cutoffs = null,
        int? maximumRank = null, ClassRelation? relation = null, int threads = -1, CancellationToken cancellation = default)
    {
        if (queries.Dimension != references.Dimension)
            throw new ArgumentException($"The queries have {queries.Dimension} dimensions and the references {references.Dimension}.", nameof(references));
        return Evaluate(new UsableRows(queries), new UsableRows(references), relation, metric, cutoffs, maximumRank, threads, cancellation);
    }

    private static RetrievalMetrics Evaluate(
        UsableRows queries, UsableRows references, ClassRelation? relation, NeighborMetric metric, IReadOnlyList<int>? cutoffs, int? maximumRank,
        int threads, CancellationToken cancellation)
    {
        if (!Enum.IsDefined(metric))
            throw new ArgumentOutOfRangeException(nameof(metric), $"The metric is {metric}; it must be Euclidean, Cosine or InnerProduct.");
        var atK = new RetrievalCutoffs(cutoffs, maximumRank, references.Count);
        var leaveOneOut = ReferenceEquals(queries, references);
        var sums = new RetrievalSums(atK);
        if (references.Count > 0)
        {
            var search = new RetrievalSearch(queries, references, relation, metric, atK);
            foreach (var part in search.Run(threads, cancellation))
                sums.Add(part);
        }
        else
        {
            for (var query = 0; query < queries.Count; query++)
                sums.Add([]);
        }

        var missingLabels = queries.MissingLabels + (leaveOneOut ? 0 : references.MissingLabels);
        var invalid = queries.InvalidEmbeddings + (leaveOneOut ? 0 : references.InvalidEmbeddings);
        if (sums.Queries == 0)
        {
            var target = leaveOneOut ? "another row" : "a reference row";
            var wanted = relation is null ? $"be of a class with {target}" : $"belong together with {target}";
            throw new InvalidOperationException(
                $"No query can be evaluated: at least one must {wanted}. Of {queries.Total} queries, {sums.UnmatchedQueries} have no such row; "
                + $"rows left out for a missing label: {missingLabels}, for an embedding that is not finite: {invalid}.");
        }
        return new(sums, atK) { MissingLabelCount = missingLabels, InvalidEmbeddingCount = invalid };
    }
}
