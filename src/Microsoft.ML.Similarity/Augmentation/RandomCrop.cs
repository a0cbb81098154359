using Microsoft.ML.Similarity.Tensors;
using static Microsoft.ML.Similarity.Tensors.Numbers;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Augmentation;

/// <summary>Puts zeros around pictures and cuts their own size out of them at random places: shifts them by whole pixels.</summary>
public sealed record RandomCrop : ImageAugmentation
{
    /// <summary>The pixels put at each side, at least 0: the largest shift. Default 4.</summary>
    public int Padding
    {
        get;
        init => field = value >= 0 ? value : throw new ArgumentOutOfRangeException(nameof(Padding), value, "Padding must be at least 0.");
    } = 4;

    private protected override Tensor ApplyCore(Tensor images, Generator generator)
    {
        var (count, channels, height, width) = (images.shape[0], images.shape[1], images.shape[2], images.shape[3]);
        var padded = nn.functional.pad(images, [Padding, Padding, Padding, Padding]);
        var rows = (Offsets() + arange(Number(height), device: images.device)).view(count, 1, height, 1).expand(count, channels, height, width + 2 * Padding);
        var columns = (Offsets() + arange(Number(width), device: images.device)).view(count, 1, 1, width).expand(count, channels, height, width);
        return padded.gather(2, rows).gather(3, columns);

        Tensor Offsets() => (Draws.Uniform(images.device, generator, count, 1) * Number(2.0 * Padding + 1)).floor().to(ScalarType.Int64);
    }
}
