using Microsoft.ML.Similarity.Interop;
using Microsoft.ML.Similarity.Neighbors;
using Microsoft.ML.Similarity.Rows;

namespace Microsoft.ML;

/// <summary>The search of a whole set for hard negatives, on <see cref="SimilarityCatalog"/>.</summary>
/// <remarks>
/// All rows are compared, exactly: O(n²·d) time on all cores, and O(n·d) memory. The result is computed at once and served from
/// memory; it depends on the options and the seed, not on the number of threads.
/// </remarks>
public static class HardNegativeExtensions
{
    /// <summary>
    /// Finds for each row a row of its label and rows of other labels that lie near: triplets to train on. A row whose label no
    /// other row has is no anchor, but may be a negative.
    /// </summary>
    /// <remarks>
    /// Rows without a label or an id, and rows with NaN or infinity in their embedding, are left out with a warning in the log.
    /// </remarks>
    /// <example>
    /// <code>
    /// var embedded = model.Transform(items);
    /// IDataView triplets = ml.Similarity.MineHardNegatives(embedded, "Label", "Embedding", "Id",
    ///     new HardNegativeOptions { NumberOfNegatives = 3, RangeMin = 5, AbsoluteMargin = 0.05f });
    /// // Anchor, Positive, Negative: ids of items; PositiveDistance, NegativeDistance: Single
    /// </code>
    /// </example>
    /// <param name="catalog">The catalog, <c>ml.Similarity</c>.</param>
    /// <param name="data">The rows.</param>
    /// <param name="labelColumnName">Their labels: a key, text, integer or Boolean column.</param>
    /// <param name="embeddingColumnName">A vector of <see cref="float"/> values, of known size.</param>
    /// <param name="idColumnName">What tells the rows apart: a key, text, integer or Boolean column.</param>
    /// <param name="options">How negatives and positives are chosen; null for the defaults.</param>
    /// <returns>A row for each triplet, in the order of the anchors: Anchor, Positive and Negative, of the type of the ids, and
    /// PositiveDistance and NegativeDistance, <see cref="float"/>, from the anchor.</returns>
    /// <exception cref="ArgumentException">An option is out of its range, or a column is missing or of another type.</exception>
    /// <exception cref="InvalidOperationException">No label has two usable rows, or there is only one label.</exception>
    /// <exception cref="OperationCanceledException">The options' token was cancelled.</exception>
    public static IDataView MineHardNegatives(
        this SimilarityCatalog catalog, IDataView data, string labelColumnName = "Label", string embeddingColumnName = "Embedding",
        string idColumnName = "Id", HardNegativeOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(data);
        options ??= new();
        options.Check();
        var label = InputColumns.Label(data.Schema, labelColumnName);
        var embedding = InputColumns.Features(data.Schema, embeddingColumnName, "embedding");
        var id = InputColumns.Label(data.Schema, idColumnName, "id");
        return MiningReader.MineRows(catalog.Environment, data, label, embedding, id, options, SeedOf(catalog, options));
    }

    /// <summary>
    /// Finds for each pair that belongs together the right ones that lie near its left one and that no pair of that left id
    /// holds: triplets to train on.
    /// </summary>
    /// <remarks>
    /// A right id counts once, with its first embedding. Left and right ids are of two kinds: an equal id on the other side means
    /// nothing. Pairs without an id, and pairs with NaN or infinity in an embedding,
    /// are left out with a warning in the log. Options for positives are not used: the pairs are given.
    /// </remarks>
    /// <param name="catalog">The catalog, <c>ml.Similarity</c>.</param>
    /// <param name="pairs">The pairs, one a row, all of which belong together.</param>
    /// <param name="leftEmbeddingColumnName">A vector of <see cref="float"/> values, of known size.</param>
    /// <param name="rightEmbeddingColumnName">A vector of as many <see cref="float"/> values.</param>
    /// <param name="leftIdColumnName">What tells the left ones apart: a key, text, integer or Boolean column.</param>
    /// <param name="rightIdColumnName">What tells the right ones apart: a key, text, integer or Boolean column.</param>
    /// <param name="options">How negatives are chosen; null for the defaults.</param>
    /// <returns>A row for each triplet, in the order of the pairs: Anchor, of the type of the left ids, Positive and Negative, of
    /// the type of the right ids, and PositiveDistance and NegativeDistance, <see cref="float"/>, from the anchor.</returns>
    /// <exception cref="ArgumentException">An option is out of its range, or a column is missing or of another type.</exception>
    /// <exception cref="InvalidOperationException">The usable pairs have fewer than two right ids.</exception>
    /// <exception cref="OperationCanceledException">The options' token was cancelled.</exception>
    public static IDataView MineHardNegativesOfPairs(
        this SimilarityCatalog catalog, IDataView pairs, string leftEmbeddingColumnName = "LeftEmbedding", string rightEmbeddingColumnName = "RightEmbedding",
        string leftIdColumnName = "LeftId", string rightIdColumnName = "RightId", HardNegativeOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(pairs);
        options ??= new();
        options.Check();
        var schema = pairs.Schema;
        var (left, right, _) = SimilarMapping.Inputs(schema, leftEmbeddingColumnName, rightEmbeddingColumnName, dimension: null);
        var leftId = InputColumns.Label(schema, leftIdColumnName, "left id");
        var rightId = InputColumns.Label(schema, rightIdColumnName, "right id");
        return MiningReader.MinePairs(catalog.Environment, pairs, schema[left], schema[right], leftId, rightId, options, SeedOf(catalog, options));
    }

    private static int SeedOf(SimilarityCatalog catalog, HardNegativeOptions options) =>
        options.Seed ?? catalog.Environment.Seed() ?? Random.Shared.Next();
}
