using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Encoders;

/// <summary>A residual network in torchvision's layout, with its names of weights: what is trained there can be begun with here.</summary>
/// <remarks>
/// He et al., "Deep Residual Learning for Image Recognition" (2016). <c>fc</c> is the linear map to the embedding. For weights trained on ImageNet
/// (<see cref="ImageEncoder.WeightsFile"/>), <see cref="Encoder.StandardizeInputs"/> brings the training pictures to where those weights expect
/// them, whatever the scale of their pixels.
/// </remarks>
public sealed record ResNetEncoder : ImageEncoder
{
    /// <summary>The number of layers: 18 or 34 (basic blocks, 512 features), or 50 (bottlenecks, 2048 features). Default 18.</summary>
    public int Depth
    {
        get;
        init => field = value is 18 or 34 or 50
            ? value
            : throw new ArgumentOutOfRangeException(nameof(Depth), value, "Depth must be 18, 34 or 50.");
    } = 18;

    /// <summary>
    /// Whether the network begins with a 3 × 3 convolution of stride 1 instead of one of 7 × 7, stride 2, and a maximum over 3 × 3, stride 2, which would leave little of
    /// small pictures. Default false; true for pictures of some 32 × 32 pixels. Chen et al. (2020), appendix B.9.
    /// </summary>
    public bool SmallImages { get; init; }

    /// <summary>
    /// The widths of hidden layers, each with ReLU, between features and <c>fc</c>, each at least 1; none by default. One of 512 and an output dimension of 128
    /// make the projection head of SimCLR. They are named <c>projection.0</c>, <c>projection.1</c>, …. Chen et al., "A Simple Framework for
    /// Contrastive Learning of Visual Representations" (2020).
    /// </summary>
    public IReadOnlyList<int> ProjectionWidths { get; init => field = CheckWidths(value, nameof(ProjectionWidths)); } = [];

    /// <summary>The blocks of each of the four stages.</summary>
    internal int[] Blocks => Depth == 18 ? [2, 2, 2, 2] : [3, 4, 6, 3];

    /// <summary>Whether blocks narrow to a quarter of their width.</summary>
    internal bool HasBottlenecks => Depth == 50;

    // The stem's, or the first stage's: after it each stage has a quarter of the pixels and twice the channels.
    private protected override long LargestActivation => SmallImages
        ? (HasBottlenecks ? 256L : 64L) * Image.Height * Image.Width
        : 64L * ((Image.Height + 1) / 2) * ((Image.Width + 1) / 2);

    private protected override ImageModule BuildModule(Generator generator) => new ResNetModule(this, generator);

    /// <summary>Equal widths count, not equal lists.</summary>
    public bool Equals(ResNetEncoder? other) =>
        base.Equals(other) && Depth == other.Depth && SmallImages == other.SmallImages && ProjectionWidths.SequenceEqual(other.ProjectionWidths);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(base.GetHashCode(), Depth, SmallImages, ProjectionWidths.Count);
}
