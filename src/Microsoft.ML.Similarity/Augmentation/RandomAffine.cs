using Microsoft.ML.Similarity.Tensors;
using static Microsoft.ML.Similarity.Tensors.Numbers;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Augmentation;

/// <summary>Turns, shifts, scales and shears pictures about their centre, each by amounts of its own, uniform in the ranges given.</summary>
/// <remarks>
/// Values between pixels are interpolated bilinearly; what comes from outside a picture is 0. The parameters are of the map from new places to old
/// ones. A picture that is not square is turned rigidly too.
/// </remarks>
public sealed record RandomAffine : ImageAugmentation
{
    /// <summary>The largest angle in degrees, to either side, 0 to 180. Default 15.</summary>
    public double Degrees { get; init => field = Ranges.Between(value, 0, 180, nameof(Degrees)); } = 15;

    /// <summary>The largest shift in each direction, as a share of the picture's width or height, 0 to 1. Default 0.05.</summary>
    public double Translate { get; init => field = Ranges.Between(value, 0, 1, nameof(Translate)); } = 0.05;

    /// <summary>The largest change of size: distances are multiplied with 1 ± this, 0 to 0.9. Default 0.2.</summary>
    public double Scale { get; init => field = Ranges.Between(value, 0, 0.9, nameof(Scale)); } = 0.2;

    /// <summary>The largest shear: how far a row moves sideways for each row from the centre, 0 to 2. Default 0.2.</summary>
    public double Shear { get; init => field = Ranges.Between(value, 0, 2, nameof(Shear)); } = 0.2;

    private protected override Tensor ApplyCore(Tensor images, Generator generator) => Map(
        images,
        angle: Uniform(images, Degrees * Math.PI / 180, generator),
        scale: Uniform(images, Scale, generator) + One,
        shear: Uniform(images, Shear, generator),
        right: Uniform(images, Translate, generator),
        down: Uniform(images, Translate, generator));

    /// <summary>Maps each picture in its own way, by tensors of one value for each.</summary>
    internal static Tensor Map(Tensor images, Tensor angle, Tensor scale, Tensor shear, Tensor right, Tensor down)
    {
        var (cosine, sine) = (angle.cos() * scale, angle.sin() * scale);
        // Both sides of a picture count from -1 to 1, whatever their lengths.
        var aspect = (double)images.shape[2] / images.shape[3];
        var across = stack([cosine, (shear - sine) * Number(aspect), right * Number(2)], 1);
        var along = stack([sine * Number(1 / aspect), cosine, down * Number(2)], 1);
        var grid = nn.functional.affine_grid(stack([across, along], 1), images.shape, align_corners: false);
        return nn.functional.grid_sample(images, grid, align_corners: false);
    }
}
