using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Augmentation;

/// <summary>Several changes, one after another.</summary>
public sealed record AugmentationSequence : ImageAugmentation
{
    /// <summary>The changes, the first first; none leaves pictures as they are.</summary>
    public required IReadOnlyList<ImageAugmentation> Steps
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value, nameof(Steps));
            field = [.. value.Select(step => step ?? throw new ArgumentException("None of Steps may be null.", nameof(Steps)))];
        }
    }

    private protected override Tensor ApplyCore(Tensor images, Generator generator) =>
        // Each step gives a tensor of its own, also the empty sequence.
        Steps.Aggregate(images.alias(), (changed, step) => step.Apply(changed, generator));

    /// <summary>Equal steps count, not equal lists.</summary>
    public bool Equals(AugmentationSequence? other) => base.Equals(other) && Steps.SequenceEqual(other.Steps);

    /// <inheritdoc/>
    public override int GetHashCode() => Steps.Aggregate(base.GetHashCode(), HashCode.Combine);
}
