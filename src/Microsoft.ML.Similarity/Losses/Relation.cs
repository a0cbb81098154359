using Microsoft.ML.Similarity.Tensors;
using static Microsoft.ML.Similarity.Tensors.Numbers;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Losses;

/// <summary>
/// Which rows belong together: the anchors of a batch with one another, or with reference rows. One relation serves miner and loss
/// alike; pairs that are neither positive nor negative are not compared.
/// </summary>
public sealed class Relation
{
    private Relation(Tensor positives, Tensor negatives, Tensor? labels, bool isWithinBatch)
    {
        Positives = positives;
        Negatives = negatives;
        Labels = labels;
        IsWithinBatch = isWithinBatch;
    }

    /// <summary>[B] integer labels of the anchors, where the relation comes from labels; else null.</summary>
    public Tensor? Labels { get; }

    /// <summary>
    /// [B, R] Booleans, anchors in rows: true where two rows belong together. Within a batch R is B and the diagonal false.
    /// </summary>
    public Tensor Positives { get; }

    /// <summary>
    /// [B, R] Booleans, anchors in rows: true where two rows do not belong together. Within a batch R is B and the diagonal false.
    /// </summary>
    public Tensor Negatives { get; }

    /// <summary>Whether the rows of a batch are compared with one another; false where they are compared with reference rows.</summary>
    public bool IsWithinBatch { get; }

    /// <summary>The rows of a batch belong together when their labels are equal.</summary>
    /// <param name="labels">[B] integers. They are compared as integers, so that large labels stay apart.</param>
    /// <exception cref="ArgumentException">The labels are not a vector of integers.</exception>
    public static Relation FromLabels(Tensor labels)
    {
        CheckLabels(labels);
        var positives = labels.unsqueeze(1).eq(labels.unsqueeze(0));
        var negatives = positives.logical_not();
        positives.diagonal().fill_(Zero);
        return new(positives, negatives, labels, isWithinBatch: true);
    }

    /// <summary>An anchor and a reference row belong together when their labels are equal.</summary>
    /// <param name="labels">[B] integers of the anchors.</param>
    /// <param name="referenceLabels">[R] integers of the reference rows.</param>
    /// <param name="compared">
    /// [B, R] Booleans: which pairs are compared at all; null for all. Where references hold the anchors themselves, it leaves those pairs out.
    /// </param>
    /// <exception cref="ArgumentException">Labels are not vectors of integers, or <paramref name="compared"/> is not [B, R] Booleans.</exception>
    public static Relation FromLabels(Tensor labels, Tensor referenceLabels, Tensor? compared = null)
    {
        CheckLabels(labels);
        CheckLabels(referenceLabels, "Reference labels", nameof(referenceLabels));
        long[] shape = [labels.shape[0], referenceLabels.shape[0]];
        if (compared is not null && (compared.dtype != ScalarType.Bool || !compared.shape.SequenceEqual(shape)))
            throw new ArgumentException($"The pairs compared must be Booleans of shape {Describe(shape)}; got {compared.dtype} of shape {Describe(compared.shape)}.", nameof(compared));
        var positives = labels.unsqueeze(1).eq(referenceLabels.unsqueeze(0));
        var negatives = positives.logical_not();
        return compared is null
            ? new(positives, negatives, labels, isWithinBatch: false)
            : new(positives.logical_and(compared), negatives.logical_and(compared), labels, isWithinBatch: false);
    }

    /// <summary>The rows of a batch belong together when their sets of labels overlap enough; a row without labels belongs to none.</summary>
    /// <param name="membership">[B, C] Booleans: which of C labels a row has.</param>
    /// <param name="minimumOverlap">
    /// How many of the labels that either row has both must have, 0 to 1 (the Jaccard index); one at least. Default 0: any label in common.
    /// </param>
    /// <exception cref="ArgumentException">The membership is not a matrix of Booleans.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The overlap is not from 0 to 1.</exception>
    public static Relation FromLabelSets(Tensor membership, double minimumOverlap = 0)
    {
        ArgumentNullException.ThrowIfNull(membership);
        Ranges.Between(minimumOverlap, 0, 1, nameof(minimumOverlap));
        if (membership.dtype != ScalarType.Bool || membership.dim() != 2)
            throw new ArgumentException($"The membership must be [rows, labels] Booleans; got {membership.dtype} {Describe(membership.shape)}.", nameof(membership));
        // Counts are exact in float32 up to 2^24, and their quotients rounded in float64 as a written threshold is.
        var numbers = membership.to(ScalarType.Float32);
        var shared = numbers.matmul(numbers.t()).to(ScalarType.Float64);
        var sizes = membership.sum(1);
        var either = sizes.unsqueeze(1) + sizes.unsqueeze(0) - shared;
        var together = (shared > Zero).logical_and(shared / either.clamp_min(One) >= Number(minimumOverlap));
        return FromPairs(together);
    }

    /// <summary>The rows of a batch belong together where a matrix says so; what it says of a row and itself does not matter.</summary>
    /// <param name="together">[B, B] Booleans.</param>
    internal static Relation FromPairs(Tensor together)
    {
        var others = eye(together.shape[0], dtype: ScalarType.Bool, device: together.device).logical_not();
        return new(together.logical_and(others), together.logical_not().logical_and(others), labels: null, isWithinBatch: true);
    }

    /// <summary>Any relation, as two masks.</summary>
    /// <param name="positives">[B, R] Booleans, anchors in rows: which pairs belong together.</param>
    /// <param name="negatives">[B, R] Booleans: which do not. A pair can be neither.</param>
    /// <param name="isWithinBatch">
    /// Whether the rows of a batch are compared with one another, not with reference rows: R must be B, and no row is its own positive or negative.
    /// </param>
    /// <remarks>Waits for the device to check the masks.</remarks>
    /// <exception cref="ArgumentException">The masks do not fit together, or name a row as its own positive or negative.</exception>
    public static Relation FromMasks(Tensor positives, Tensor negatives, bool isWithinBatch = true)
    {
        ArgumentNullException.ThrowIfNull(positives);
        ArgumentNullException.ThrowIfNull(negatives);
        if (positives.dtype != ScalarType.Bool || negatives.dtype != ScalarType.Bool || positives.dim() != 2
            || !positives.shape.SequenceEqual(negatives.shape) || (isWithinBatch && positives.shape[0] != positives.shape[1]))
        {
            var wanted = isWithinBatch ? "[rows, rows]" : "[anchors, references]";
            throw new ArgumentException(
                $"Positives and negatives must be Booleans of one shape {wanted}; got {positives.dtype} {Describe(positives.shape)} and {negatives.dtype} {Describe(negatives.shape)}.", nameof(positives));
        }
        using var scope = NewDisposeScope();
        if (positives.logical_and(negatives).any().item<bool>())
            throw new ArgumentException("A pair is both positive and negative.", nameof(negatives));
        if (isWithinBatch && positives.logical_or(negatives).diagonal().any().item<bool>())
            throw new ArgumentException("A row is its own positive or negative: the diagonals must be false.", nameof(positives));
        return new(positives, negatives, labels: null, isWithinBatch);
    }

    /// <summary>Refuses what is not a vector of integers.</summary>
    internal static void CheckLabels(Tensor labels, string what = "Labels", string parameter = "labels")
    {
        ArgumentNullException.ThrowIfNull(labels, parameter);
        if (labels.dim() != 1 || labels.is_floating_point() || labels.is_complex())
            throw new ArgumentException($"{what} must be a vector of integers; got {labels.dtype} of shape {Describe(labels.shape)}.", parameter);
    }

    private static string Describe(long[] shape) => $"[{string.Join(", ", shape)}]";
}
