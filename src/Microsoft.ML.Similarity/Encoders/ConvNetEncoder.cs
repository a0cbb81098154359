using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Encoders;

/// <summary>
/// Blocks of 3 × 3 convolution, batch normalisation, ReLU and 2 × 2 maximum, then a linear map: with four blocks of 64 channels the
/// network of the few-shot literature. For pictures of some 20 to 100 pixels a side.
/// </summary>
/// <remarks>
/// Weights are named <c>conv1.weight</c>, <c>bn1.weight</c>, <c>bn1.bias</c>, <c>bn1.running_mean</c>, <c>bn1.running_var</c>,
/// <c>conv2.weight</c>, …, <c>fc.weight</c>, <c>fc.bias</c>. Vinyals et al., "Matching Networks for One Shot Learning" (2016).
/// </remarks>
public sealed record ConvNetEncoder : ImageEncoder
{
    /// <summary>
    /// The channels of each block, each at least 1, for one block at least. Each block halves the picture's sides, rounded down, so there can be only as many as leave a pixel.
    /// Default four of 64, for pictures of at least 16 × 16.
    /// </summary>
    public IReadOnlyList<int> Widths
    {
        get;
        init
        {
            var widths = CheckWidths(value, nameof(Widths));
            field = widths.Count > 0 ? widths : throw new ArgumentException("Widths must have at least one block.", nameof(Widths));
        }
    } = [64, 64, 64, 64];

    private protected override long LargestActivation =>
        Widths.Select((width, block) => (long)width * (Image.Height >> block) * (Image.Width >> block)).Max();

    internal override void Check()
    {
        var side = Math.Min(Image.Height, Image.Width);
        if (side >> Widths.Count == 0)
        {
            throw new ArgumentException(
                $"Widths has {Widths.Count} blocks, each of which halves the sides of a picture; a picture of {Image} allows {int.Log2(side)} at most.", nameof(Widths));
        }
    }

    private protected override ImageModule BuildModule(Generator generator) => new ConvNetModule(this, generator);

    /// <summary>Equal widths count, not equal lists.</summary>
    public bool Equals(ConvNetEncoder? other) => base.Equals(other) && Widths.SequenceEqual(other.Widths);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(base.GetHashCode(), Widths.Count, Widths[0]);
}
