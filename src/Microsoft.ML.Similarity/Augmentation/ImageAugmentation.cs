using System.Text.Json.Serialization;
using Microsoft.ML.Similarity.Tensors;
using static Microsoft.ML.Similarity.Tensors.Numbers;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Augmentation;

/// <summary>
/// A random change of pictures that does not change what they show, made anew for each picture whenever it is trained on, on the training
/// device: a declaration, immutable and comparable by value.
/// </summary>
/// <remarks>Only training sees changed pictures. Validation and the trained model see them as they are.</remarks>
[JsonDerivedType(typeof(RandomAffine), "affine")]
[JsonDerivedType(typeof(RandomHorizontalFlip), "horizontalFlip")]
[JsonDerivedType(typeof(RandomCrop), "crop")]
[JsonDerivedType(typeof(AugmentationSequence), "sequence")]
public abstract record ImageAugmentation
{
    private protected ImageAugmentation()
    {
    }

    /// <summary>Changes pictures, each in its own way.</summary>
    /// <param name="images">[B, channels, height, width], of a floating-point type; stays as it is.</param>
    /// <param name="generator">Draws the changes; of the CPU, wherever the pictures are.</param>
    /// <returns>[B, channels, height, width], in the scope of the caller.</returns>
    public Tensor Apply(Tensor images, Generator generator)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(generator);
        if (images.dim() != 4)
            throw new ArgumentException($"images must have the dimensions [B, channels, height, width]; it has the shape [{string.Join(", ", images.shape)}].", nameof(images));
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        return ApplyCore(images, generator).MoveToOuterDisposeScope();
    }

    private protected abstract Tensor ApplyCore(Tensor images, Generator generator);

    /// <summary>One number for each picture, between minus a bound and the bound.</summary>
    private protected static Tensor Uniform(Tensor images, double bound, Generator generator) =>
        ((Draws.Uniform(images.device, generator, images.shape[0]) * Number(2) - One) * Number(bound)).to(images.dtype);
}
