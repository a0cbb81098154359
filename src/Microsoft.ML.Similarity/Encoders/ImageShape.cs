using System.Text.Json.Serialization;
using static Microsoft.ML.Similarity.Tensors.Ranges;

namespace Microsoft.ML.Similarity.Encoders;

/// <summary>
/// How the pixels of a picture lie in a feature vector: channel after channel, each row after row, as <c>ExtractPixels</c> gives them with
/// <c>interleavePixelColors: false</c>.
/// </summary>
public sealed record ImageShape
{
    /// <param name="channels">The values of a pixel, at least 1: 3 for red, green and blue.</param>
    /// <param name="height">The number of rows, at least 1.</param>
    /// <param name="width">The pixels of a row, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is below 1, or there are more values than a vector can have.</exception>
    public ImageShape(int channels, int height, int width)
    {
        Channels = (int)AtLeast(channels, 1, nameof(channels));
        Height = (int)AtLeast(height, 1, nameof(height));
        Width = (int)AtLeast(width, 1, nameof(width));
        if ((double)channels * height * width > Array.MaxLength)
            throw new ArgumentOutOfRangeException(nameof(width), width, $"A picture of {this} values has more than the {Array.MaxLength} that a vector can have.");
    }

    /// <summary>The values of a pixel.</summary>
    public int Channels { get; }

    /// <summary>The number of rows.</summary>
    public int Height { get; }

    /// <summary>The pixels of a row.</summary>
    public int Width { get; }

    /// <summary>The number of values of a picture: <see cref="Channels"/> · <see cref="Height"/> · <see cref="Width"/>.</summary>
    [JsonIgnore]
    public int Length => Channels * Height * Width;

    /// <summary>Channels × height × width.</summary>
    public override string ToString() => $"{Channels} × {Height} × {Width}";
}
