using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Tensors;

/// <summary>The memory format in which convolutions are fastest: the channels of a pixel one after another.</summary>
internal static class ChannelsLast
{
    /// <summary>The same values; only where they lie changes.</summary>
    /// <param name="images">[n, channels, height, width].</param>
    /// <remarks>
    /// Through a flat tensor, since one channel is contiguous either way and would keep the strides of the plain format, by which
    /// libtorch would choose the plain convolution.
    /// </remarks>
    public static Tensor Of(Tensor images)
    {
        using var scope = NewDisposeScope();
        var pixels = images.permute(0, 2, 3, 1);
        return pixels.flatten().view(pixels.shape).permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }
}
