using Microsoft.ML.Similarity.Distances;
using Microsoft.ML.Similarity.Miners;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Losses;

/// <summary>
/// A batch of embeddings with what is known of their rows: the common input of miners and losses. The rows are anchors; they are compared
/// with one another, or with reference rows. Distances are computed once for all that ask for them.
/// </summary>
/// <remarks>Lives within one dispose scope; not safe for use by several threads.</remarks>
public sealed class EmbeddedBatch
{
    private readonly Dictionary<Distance, Tensor> _distances = [];
    private Tensor? _cosine;

    /// <summary>A batch of rows that are compared with one another.</summary>
    /// <param name="embeddings">[B, d] floating point, with or without gradient. Half precision is widened to float32.</param>
    /// <param name="relation">Which of the B rows belong together.</param>
    /// <param name="weights">[B] weights of the rows as anchors, at least 0; null for equal weights.</param>
    /// <exception cref="ArgumentException">The shapes do not fit together, or the embeddings are not floating point.</exception>
    public EmbeddedBatch(Tensor embeddings, Relation relation, Tensor? weights = null)
    {
        ArgumentNullException.ThrowIfNull(embeddings);
        ArgumentNullException.ThrowIfNull(relation);
        if (!relation.IsWithinBatch)
            throw new ArgumentException("The relation is one to reference rows, and there are none.", nameof(relation));
        if (embeddings.dim() != 2 || relation.Positives.shape[0] != embeddings.shape[0]
            || (weights is not null && (weights.dim() != 1 || weights.shape[0] != embeddings.shape[0])))
        {
            throw new ArgumentException(
                $"Embeddings must be [rows, dimensions] with one label, and one weight if any, for each row; got embeddings {Describe(embeddings)}, "
                + $"{relation.Positives.shape[0]} labels{(weights is null ? "" : $", weights {Describe(weights)}")}.", nameof(embeddings));
        }
        if (!embeddings.is_floating_point())
            throw new ArgumentException($"Embeddings must be floating point; got {embeddings.dtype}.", nameof(embeddings));
        Embeddings = Widen(embeddings);
        References = Embeddings;
        Relation = relation;
        Weights = weights;
    }

    /// <summary>A batch of rows that are compared with reference rows.</summary>
    /// <param name="embeddings">[B, d] floating point, with or without gradient. Half precision is widened to float32.</param>
    /// <param name="references">[R, d] of the same type, R at least 1, with or without gradient.</param>
    /// <param name="relation">Which of the B rows belong to which of the R references.</param>
    /// <param name="weights">[B] weights of the rows as anchors, at least 0; null for equal weights.</param>
    /// <exception cref="ArgumentException">The shapes or types do not fit together.</exception>
    public EmbeddedBatch(Tensor embeddings, Tensor references, Relation relation, Tensor? weights = null)
    {
        ArgumentNullException.ThrowIfNull(embeddings);
        ArgumentNullException.ThrowIfNull(references);
        ArgumentNullException.ThrowIfNull(relation);
        if (relation.IsWithinBatch)
            throw new ArgumentException("The relation is one within a batch; with references it must be one to them.", nameof(relation));
        if (embeddings.dim() != 2 || references.dim() != 2 || references.shape[0] == 0 || embeddings.shape[1] != references.shape[1]
            || !relation.Positives.shape.SequenceEqual([embeddings.shape[0], references.shape[0]])
            || (weights is not null && (weights.dim() != 1 || weights.shape[0] != embeddings.shape[0])))
        {
            throw new ArgumentException(
                $"Embeddings and references must be [rows, dimensions] with one label for each row, and one weight if any for each embedding; got embeddings {Describe(embeddings)}, "
                + $"references {Describe(references)}, a relation {Describe(relation.Positives)}{(weights is null ? "" : $", weights {Describe(weights)}")}.", nameof(references));
        }
        if (!embeddings.is_floating_point() || references.dtype != embeddings.dtype)
            throw new ArgumentException($"Embeddings and references must be floating point of one type; got {embeddings.dtype} and {references.dtype}.", nameof(references));
        Embeddings = Widen(embeddings);
        References = Widen(references);
        Relation = relation;
        Weights = weights;
    }

    /// <summary>[B, d] embeddings, float32 or float64.</summary>
    public Tensor Embeddings { get; }

    /// <summary>[R, d] the rows that anchors are compared with: the batch itself, or references; of the embeddings' type.</summary>
    public Tensor References { get; }

    /// <summary>Which rows belong together.</summary>
    public Relation Relation { get; }

    /// <summary>[B] weights of the rows as anchors, or null.</summary>
    public Tensor? Weights { get; }

    /// <summary>
    /// [B] Booleans: which rows a loss with a memory remembers for later batches; null, the default, for all. Rows of a second encoder, as MoCo has
    /// one, are named here, and are no anchors if their weight is 0.
    /// </summary>
    /// <exception cref="ArgumentException">It is not one Boolean for each row.</exception>
    public Tensor? Remembered
    {
        get;
        init => field = value is null || (value.dtype == ScalarType.Bool && value.shape.SequenceEqual([Embeddings.shape[0]]))
            ? value
            : throw new ArgumentException($"Remembered must be [{Embeddings.shape[0]}] Booleans; got {value.dtype} {Describe(value)}.", nameof(Remembered));
    }

    /// <summary>The pairs a loss is about: those of the tuples a miner chose, or else all of the relation.</summary>
    public (Tensor Positives, Tensor Negatives) Pairs(TupleSelection? selection) =>
        selection?.ToPairs() ?? (Relation.Positives, Relation.Negatives);

    /// <summary>[B, R] cosines of the rows and what they are compared with, with gradient, computed on first use; 0 for a row of zeros.</summary>
    public Tensor CosineSimilarities()
    {
        if (_cosine is null)
        {
            using var _ = enable_grad();
            var directions = UnitRows.Of(Embeddings);
            _cosine = directions.matmul((Relation.IsWithinBatch ? directions : UnitRows.Of(References)).t());
        }
        return _cosine;
    }

    /// <summary>[B, R] distances of the rows to what they are compared with, with gradient, computed on first use.</summary>
    public Tensor Distances(Distance distance)
    {
        ArgumentNullException.ThrowIfNull(distance);
        if (!_distances.TryGetValue(distance, out var pairwise))
        {
            // A miner may be the first to ask, without gradient; the loss that asks next needs it.
            using var _ = enable_grad();
            _distances.Add(distance, pairwise = distance.Pairwise(Embeddings, References));
        }
        return pairwise;
    }

    /// <summary>As <see cref="Distances"/>, of every so many anchors and without need of a gradient.</summary>
    internal Tensor DistancesOfEvery(int step, Distance distance)
    {
        using var _ = no_grad();
        return _distances.TryGetValue(distance, out var pairwise) ? Every(step, pairwise) : distance.Pairwise(Every(step, Embeddings), References);
    }

    /// <summary>Every so many rows of a tensor, from the first on.</summary>
    internal static Tensor Every(int step, Tensor rows) => rows.slice(0, 0, rows.shape[0], step);

    /// <summary>The same rows with the first values of their embeddings.</summary>
    internal EmbeddedBatch Prefix(int dimension)
    {
        var embeddings = Embeddings.narrow(1, 0, dimension);
        return Relation.IsWithinBatch
            ? new(embeddings, Relation, Weights) { Remembered = Remembered }
            : new(embeddings, References.narrow(1, 0, dimension), Relation, Weights) { Remembered = Remembered };
    }

    private static Tensor Widen(Tensor embeddings) =>
        embeddings.dtype is ScalarType.Float16 or ScalarType.BFloat16 ? embeddings.to(ScalarType.Float32) : embeddings;

    private static string Describe(Tensor tensor) => $"[{string.Join(", ", tensor.shape)}]";
}
