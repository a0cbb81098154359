using static Microsoft.ML.Similarity.Tensors.Numbers;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Losses;

/// <summary>Which rows of a batch belong together: one relation serves the miner, the loss and the metrics alike.</summary>
public sealed class Relation
{
    private Relation(Tensor positives, Tensor negatives, Tensor? labels)
    {
        Positives = positives;
        Negatives = negatives;
        Labels = labels;
    }

    /// <summary>[B] integer labels, where the relation comes from labels; else null.</summary>
    public Tensor? Labels { get; }

    /// <summary>[B, B] Booleans: true where two different rows belong together. The diagonal is false.</summary>
    public Tensor Positives { get; }

    /// <summary>[B, B] Booleans: true where two rows do not belong together. The diagonal is false.</summary>
    public Tensor Negatives { get; }

    /// <summary>Rows belong together when their labels are equal.</summary>
    /// <param name="labels">[B] integers. They are compared as integers, so that large labels stay apart.</param>
    /// <exception cref="ArgumentException">The labels are not a vector of integers.</exception>
    public static Relation FromLabels(Tensor labels)
    {
        CheckLabels(labels);
        var equal = labels.unsqueeze(1).eq(labels.unsqueeze(0));
        var negatives = equal.logical_not();
        equal.diagonal().fill_(Zero);
        return new(equal, negatives, labels);
    }

    /// <summary>Refuses what is not a vector of integers.</summary>
    internal static void CheckLabels(Tensor labels)
    {
        ArgumentNullException.ThrowIfNull(labels);
        if (labels.dim() != 1 || labels.is_floating_point() || labels.is_complex())
            throw new ArgumentException($"Labels must be a vector of integers; got {labels.dtype} of shape [{string.Join(", ", labels.shape)}].", nameof(labels));
    }
}
