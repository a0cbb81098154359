using Microsoft.ML.Similarity.Evaluation;
using Microsoft.ML.Similarity.Rows;

namespace Microsoft.ML;

/// <summary>The metrics of scored pairs, on <see cref="SimilarityCatalog"/>.</summary>
public static class PairEvaluationExtensions
{
    private const string LabelRole = "label";
    private const string ScoreRole = "score";

    /// <summary>Scores how well the score of a pair tells pairs that match from pairs that do not.</summary>
    /// <remarks>
    /// Pairs whose score is NaN are left out and counted in the result; infinite scores count. Takes O(n log n) time, and memory
    /// for the scores and labels.
    /// </remarks>
    /// <param name="catalog">The catalog, <c>ml.Similarity</c>.</param>
    /// <param name="pairs">The pairs, one a row.</param>
    /// <param name="labelColumnName">Whether the two of the pair belong together: a Boolean column.</param>
    /// <param name="scoreColumnName">The score, a <see cref="float"/>: the higher, the more similar the two are.</param>
    /// <param name="falseAcceptRates">
    /// The rates at which to give the true-accept rate and its threshold, each from 0 to 1; null for 0.001, 0.01 and 0.1.
    /// </param>
    /// <param name="smallerIsSimilar">The score is a distance: the lower, the more similar.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type, or a rate is not from 0 to 1.</exception>
    /// <exception cref="InvalidOperationException">The pairs with a score are all of one kind, or there are none.</exception>
    public static VerificationMetrics EvaluateVerification(
        this SimilarityCatalog catalog, IDataView pairs, string labelColumnName = "Label", string scoreColumnName = "Score",
        IReadOnlyList<double>? falseAcceptRates = null, bool smallerIsSimilar = false)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(pairs);
        var label = InputColumns.Boolean(pairs.Schema, labelColumnName);
        var score = InputColumns.Number(pairs.Schema, scoreColumnName, ScoreRole);
        return VerificationEvaluator.Evaluate(ScoreReader.ReadPairs(pairs, label, score, smallerIsSimilar), falseAcceptRates);
    }

    /// <summary>Scores how well the scores of pairs follow given degrees of similarity.</summary>
    /// <remarks>
    /// Rows whose label or score is NaN or infinite are left out and counted in the result. Where the score is a distance, a good
    /// one correlates negatively. Takes O(n log n) time, and memory for the scores and labels.
    /// </remarks>
    /// <param name="catalog">The catalog, <c>ml.Similarity</c>.</param>
    /// <param name="data">The pairs, one a row.</param>
    /// <param name="labelColumnName">The degree of similarity, a <see cref="float"/> on any scale: the higher, the more similar.</param>
    /// <param name="scoreColumnName">The score, a <see cref="float"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type.</exception>
    /// <exception cref="InvalidOperationException">Fewer than two rows have both a label and a score.</exception>
    public static SimilarityMetrics EvaluateSimilarity(
        this SimilarityCatalog catalog, IDataView data, string labelColumnName = "Label", string scoreColumnName = "Score")
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(data);
        var label = InputColumns.Number(data.Schema, labelColumnName, LabelRole);
        var score = InputColumns.Number(data.Schema, scoreColumnName, ScoreRole);
        var (labels, scores, skipped) = ScoreReader.ReadNumbers(data, label, score);
        return Correlation.Evaluate(labels, scores, skipped);
    }
}
