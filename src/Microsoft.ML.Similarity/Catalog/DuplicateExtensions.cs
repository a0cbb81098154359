using Microsoft.ML.Similarity.Neighbors;
using Microsoft.ML.Similarity.Rows;

namespace Microsoft.ML;

/// <summary>The search for duplicates, on <see cref="SimilarityCatalog"/>.</summary>
public static class DuplicateExtensions
{
    /// <summary>Finds all pairs of rows whose embeddings are no farther apart than <see cref="DuplicateOptions.MaximumDistance"/>.</summary>
    /// <remarks>
    /// <para>
    /// All rows are searched for at once, on all cores: O(n²·d) time at worst for an exact search of n rows of d values, about O(n·log n·d) for one
    /// by a graph; O(n·d) memory, a few megabytes for a block of rows, and 12 bytes a pair. The more duplicates a row has the longer its
    /// search takes, and k rows alike are k·(k - 1) / 2 pairs. The result is computed at once and served from memory.
    /// </para>
    /// <para>
    /// Rows without an id, and rows with NaN or infinity in their embedding, are left out with a warning in the log. Rows of one id are no
    /// pair. Under <see cref="NeighborMetric.Cosine"/> a vector of zeros has the distance 1 to every vector.
    /// </para>
    /// </remarks>
    /// <example>
    /// <code>
    /// IDataView pairs = ml.Similarity.FindDuplicates(model.Transform(items), "Embedding", "Id", new DuplicateOptions { MaximumDistance = 0.02f });
    /// // Left, Right: ids of items; Distance: Single
    /// </code>
    /// </example>
    /// <param name="catalog">The catalog, <c>ml.Similarity</c>.</param>
    /// <param name="data">The rows.</param>
    /// <param name="embeddingColumnName">A vector of <see cref="float"/> values, of known size.</param>
    /// <param name="idColumnName">What tells the rows apart: a key, text, integer or Boolean column.</param>
    /// <param name="options">What a duplicate is, and how to search; null for the defaults.</param>
    /// <returns>A row for each pair: Left and Right, of the type of the ids, Left being the one that comes first in the data, and Distance,
    /// <see cref="float"/>. In the order of the left rows, then of the distances, then of the right rows.</returns>
    /// <exception cref="ArgumentException">An option is out of its range, or a column is missing or of another type.</exception>
    /// <exception cref="OperationCanceledException">The options' token was cancelled, or <c>MLContext.CancelExecution</c> was called.</exception>
    public static IDataView FindDuplicates(
        this SimilarityCatalog catalog, IDataView data, string embeddingColumnName = "Embedding", string idColumnName = "Id",
        DuplicateOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(data);
        options ??= new();
        options.Check();
        var embedding = InputColumns.Features(data.Schema, embeddingColumnName, "embedding");
        var id = InputColumns.Label(data.Schema, idColumnName, "id");
        return DuplicateReader.Find(catalog.Environment, data, embedding, id, options);
    }
}
