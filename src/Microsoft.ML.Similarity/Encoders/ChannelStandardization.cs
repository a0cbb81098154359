using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Encoders;

/// <summary>Brings each channel of pictures to mean 0 and standard deviation 1, by statistics of the training rows.</summary>
internal sealed class ChannelStandardization : nn.Module<Tensor, Tensor>
{
    private readonly ImageShape _image;

    // Found by these names when the module moves to another device, and set anew.
    [ComponentName(Name = "mean")]
    private readonly Tensor _mean;

    [ComponentName(Name = "deviation")]
    private readonly Tensor _deviation;

    public ChannelStandardization(ImageShape image)
        : base(nameof(ChannelStandardization))
    {
        _image = image;
        register_buffer("mean", _mean = zeros(image.Channels, 1, 1));
        register_buffer("deviation", _deviation = ones(image.Channels, 1, 1));
    }

    /// <summary>Computes the statistics of channels from those of their pixels.</summary>
    /// <param name="mean">One mean for each pixel.</param>
    /// <param name="deviation">One standard deviation for each pixel, 0 where it does not vary.</param>
    public void Set(ReadOnlySpan<float> mean, ReadOnlySpan<float> deviation)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var means = Pixels(mean);
        var center = means.mean([1], keepdim: true);
        // The variance of a channel is that within its pixels and that between them.
        var spread = (Pixels(deviation).square() + (means - center).square()).mean([1]).sqrt();
        _mean.copy_(center.view_as(_mean));
        _deviation.copy_(spread.where(spread > zeros_like(spread), ones_like(spread)).view_as(_deviation));
    }

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        return ((input - _mean) / _deviation).MoveToOuterDisposeScope();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _mean.Dispose();
            _deviation.Dispose();
        }
        base.Dispose(disposing);
    }

    private Tensor Pixels(ReadOnlySpan<float> values) => tensor(values.ToArray(), _image.Channels, _image.Height * _image.Width).to(ScalarType.Float64);
}
