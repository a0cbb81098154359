using Microsoft.ML.Similarity.Tensors;
using static Microsoft.ML.Similarity.Tensors.Numbers;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Augmentation;

/// <summary>Mirrors some pictures, left for right.</summary>
public sealed record RandomHorizontalFlip : ImageAugmentation
{
    /// <summary>How likely a picture is mirrored, 0 to 1. Default 0.5.</summary>
    public double Probability { get; init => field = Ranges.Between(value, 0, 1, nameof(Probability)); } = 0.5;

    private protected override Tensor ApplyCore(Tensor images, Generator generator)
    {
        var flipped = Draws.Uniform(images.device, generator, images.shape[0], 1, 1, 1) < Number(Probability);
        return where(flipped, images.flip(3), images);
    }
}
