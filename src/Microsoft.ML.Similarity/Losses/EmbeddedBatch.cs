using Microsoft.ML.Similarity.Distances;
using Microsoft.ML.Similarity.Miners;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Losses;

/// <summary>
/// A batch of embeddings with what is known of their rows: the common input of miners and losses. Distances are computed
/// once for all that ask for them.
/// </summary>
/// <remarks>Lives within one dispose scope; not safe for use by several threads.</remarks>
public sealed class EmbeddedBatch
{
    private readonly Dictionary<Distance, Tensor> _distances = [];
    private Tensor? _cosine;

    /// <summary>A batch of rows and how they are related.</summary>
    /// <param name="embeddings">[B, d] floating point, with or without gradient. Half precision is widened to float32.</param>
    /// <param name="relation">Which of the B rows belong together.</param>
    /// <param name="weights">[B] weights of the rows as anchors, at least 0; null for equal weights.</param>
    /// <exception cref="ArgumentException">The shapes do not fit together, or the embeddings are not floating point.</exception>
    public EmbeddedBatch(Tensor embeddings, Relation relation, Tensor? weights = null)
    {
        ArgumentNullException.ThrowIfNull(embeddings);
        ArgumentNullException.ThrowIfNull(relation);
        if (embeddings.dim() != 2 || relation.Positives.shape[0] != embeddings.shape[0]
            || (weights is not null && (weights.dim() != 1 || weights.shape[0] != embeddings.shape[0])))
        {
            throw new ArgumentException(
                $"Embeddings must be [rows, dimensions] with one label, and one weight if any, for each row; got embeddings [{string.Join(", ", embeddings.shape)}], "
                + $"{relation.Positives.shape[0]} labels{(weights is null ? "" : $", weights [{string.Join(", ", weights.shape)}]")}.", nameof(embeddings));
        }
        if (!embeddings.is_floating_point())
            throw new ArgumentException($"Embeddings must be floating point; got {embeddings.dtype}.", nameof(embeddings));
        Embeddings = embeddings.dtype is ScalarType.Float16 or ScalarType.BFloat16 ? embeddings.to(ScalarType.Float32) : embeddings;
        Relation = relation;
        Weights = weights;
    }

    /// <summary>[B, d] embeddings, float32 or float64.</summary>
    public Tensor Embeddings { get; }

    /// <summary>Which rows belong together.</summary>
    public Relation Relation { get; }

    /// <summary>[B] weights of the rows as anchors, or null.</summary>
    public Tensor? Weights { get; }

    /// <summary>The pairs a loss is about: those of the tuples a miner chose, or else all of the relation.</summary>
    public (Tensor Positives, Tensor Negatives) Pairs(TupleSelection? selection) =>
        selection?.ToPairs() ?? (Relation.Positives, Relation.Negatives);

    /// <summary>[B, B] cosines between the rows, with gradient, computed on first use; 0 for a row of zeros.</summary>
    public Tensor CosineSimilarities()
    {
        if (_cosine is null)
        {
            using var _ = enable_grad();
            var directions = UnitRows.Of(Embeddings);
            _cosine = directions.matmul(directions.t());
        }
        return _cosine;
    }

    /// <summary>[B, B] distances between the rows, with gradient, computed on first use.</summary>
    public Tensor Distances(Distance distance)
    {
        ArgumentNullException.ThrowIfNull(distance);
        if (!_distances.TryGetValue(distance, out var pairwise))
        {
            // A miner may be the first to ask, without gradient; the loss that asks next needs it.
            using var _ = enable_grad();
            _distances.Add(distance, pairwise = distance.Pairwise(Embeddings, Embeddings));
        }
        return pairwise;
    }

    /// <summary>The same rows with the first values of their embeddings.</summary>
    internal EmbeddedBatch Prefix(int dimension) => new(Embeddings.narrow(1, 0, dimension), Relation, Weights);
}
