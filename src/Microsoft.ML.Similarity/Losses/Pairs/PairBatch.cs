using Microsoft.ML.Similarity.Distances;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Losses.Pairs;

/// <summary>Two or more aligned batches of embeddings: row i of each belongs to row i of the others.</summary>
/// <remarks>Lives within one dispose scope; not safe for use by several threads.</remarks>
public sealed class PairBatch
{
    private Tensor? _leftDirections;
    private Tensor? _rightDirections;
    private Tensor? _cosines;

    /// <summary>A batch of pairs. Embeddings of half precision are widened to float32.</summary>
    /// <param name="left">[B, d] floating point, at least one row: anchors, questions, or the first views.</param>
    /// <param name="right">[B, d] of the same type: what belongs to each left row.</param>
    /// <param name="targets">[B], or [B, n]: what is known of each pair, as the loss wants it; null where it wants nothing.</param>
    /// <param name="hardNegatives">Any number of [B, d]: what looks like a left row's partner and is not; null for none.</param>
    /// <param name="weights">[B] weights of the pairs, at least 0; null for equal weights.</param>
    /// <exception cref="ArgumentException">The shapes or types do not fit together.</exception>
    public PairBatch(Tensor left, Tensor right, Tensor? targets = null, IReadOnlyList<Tensor>? hardNegatives = null, Tensor? weights = null)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        if (left.dim() != 2 || left.shape[0] == 0)
            throw new ArgumentException($"left must be [rows, dimensions] with at least one row; got [{string.Join(", ", left.shape)}].", nameof(left));
        if (!left.is_floating_point())
            throw new ArgumentException($"left must be floating point; got {left.dtype}.", nameof(left));
        CheckAligned(left, right, nameof(right));
        hardNegatives ??= [];
        for (var column = 0; column < hardNegatives.Count; column++)
            CheckAligned(left, hardNegatives[column], $"{nameof(hardNegatives)}[{column}]");
        if (targets is not null && (targets.dim() is not (1 or 2) || targets.shape[0] != left.shape[0]))
            throw new ArgumentException($"targets must be [{left.shape[0]}] or [{left.shape[0]}, n], as left has {left.shape[0]} rows; got [{string.Join(", ", targets.shape)}].", nameof(targets));
        if (weights is not null && (weights.dim() != 1 || weights.shape[0] != left.shape[0]))
            throw new ArgumentException($"weights must be [{left.shape[0]}], as left has {left.shape[0]} rows; got [{string.Join(", ", weights.shape)}].", nameof(weights));
        Left = Widen(left);
        Right = Widen(right);
        Targets = targets;
        HardNegatives = [.. hardNegatives.Select(Widen)];
        Weights = weights;
    }

    /// <summary>[B, d], float32 or float64.</summary>
    public Tensor Left { get; }

    /// <summary>[B, d], float32 or float64.</summary>
    public Tensor Right { get; }

    /// <summary>[B] or [B, n], or null.</summary>
    public Tensor? Targets { get; }

    /// <summary>Any number of [B, d], float32 or float64.</summary>
    public IReadOnlyList<Tensor> HardNegatives { get; }

    /// <summary>[B] weights of the pairs, or null.</summary>
    public Tensor? Weights { get; }

    internal long Rows => Left.shape[0];

    /// <summary>[B, d] left rows of length 1; rows of zeros stay.</summary>
    internal Tensor LeftDirections => _leftDirections ??= UnitRows.Of(Left);

    /// <summary>[B, d] right rows of length 1; rows of zeros stay.</summary>
    internal Tensor RightDirections => _rightDirections ??= UnitRows.Of(Right);

    /// <summary>[B] cosines of the pairs; 0 where one is a row of zeros.</summary>
    internal Tensor Cosines => _cosines ??= (LeftDirections * RightDirections).sum(1);

    /// <summary>[B] targets, or an error that says what they are for.</summary>
    internal Tensor TargetsFor(string loss, string meaning) => Targets is { } targets && targets.dim() == 1
        ? targets
        : throw new InvalidOperationException(
            $"{loss} needs targets [{Rows}], {meaning}; got {(Targets is null ? "none" : $"[{string.Join(", ", Targets.shape)}]")}.");

    /// <summary>Refuses weights, for a loss that is not a mean over pairs.</summary>
    internal void RefuseWeights(string loss)
    {
        if (Weights is not null)
            throw new InvalidOperationException($"{loss} is about the batch as a whole and has no weights for single pairs; got weights [{Rows}].");
    }

    /// <summary>The same pairs with the first values of their embeddings.</summary>
    internal PairBatch Prefix(int dimension) => new(
        Left.narrow(1, 0, dimension), Right.narrow(1, 0, dimension), Targets, [.. HardNegatives.Select(rows => rows.narrow(1, 0, dimension))], Weights);

    private static void CheckAligned(Tensor left, Tensor other, string name)
    {
        if (other is null || !other.shape.SequenceEqual(left.shape) || other.dtype != left.dtype)
        {
            throw new ArgumentException(
                $"{name} must be of left's shape and type, {left.dtype} [{string.Join(", ", left.shape)}]; got "
                + $"{(other is null ? "null" : $"{other.dtype} [{string.Join(", ", other.shape)}]")}.", name);
        }
    }

    private static Tensor Widen(Tensor rows) => rows.dtype is ScalarType.Float16 or ScalarType.BFloat16 ? rows.to(ScalarType.Float32) : rows;
}
