using Microsoft.ML.Similarity.Augmentation;
using Microsoft.ML.Similarity.Encoders;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Training;

/// <summary>Changes the rows of batches at random, as pictures, with a generator of its own.</summary>
internal sealed class Augmenter : IDisposable
{
    private readonly ImageAugmentation _augmentation;
    private readonly ImageShape _image;

    /// <param name="augmentation">What is done.</param>
    /// <param name="image">How pixels lie in a row.</param>
    /// <param name="seed">Decides it.</param>
    public Augmenter(ImageAugmentation augmentation, ImageShape image, int seed)
    {
        _augmentation = augmentation;
        _image = image;
        Randomness = new Generator((ulong)seed, CPU);
    }

    public Generator Randomness { get; }

    /// <summary>From [B, features] to [B, features].</summary>
    public Tensor Apply(Tensor rows)
    {
        using var scope = NewDisposeScope();
        var images = rows.view(-1, _image.Channels, _image.Height, _image.Width);
        return _augmentation.Apply(images, Randomness).reshape(rows.shape).MoveToOuterDisposeScope();
    }

    public void Dispose() => Randomness.Dispose();
}
