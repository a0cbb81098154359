using Microsoft.ML.Data;
using Microsoft.ML.Similarity.Encoders;
using Microsoft.ML.Similarity.Tests.Neighbors;
using Microsoft.ML.Transforms.Image;

namespace Microsoft.ML.Similarity.Tests.Encoders;

/// <summary>Pixels as ML.NET extracts them.</summary>
public sealed class ImageShapeTests
{
    [Test]
    public void Extracted_pixels_lie_as_the_shape_says()
    {
        var shape = new ImageShape(3, 2, 4);
        // Channel c of the pixel in row y and column x is 100c + 10y + x.
        var pixels = new byte[2 * 4 * 4];
        for (var i = 0; i < pixels.Length; i++)
            pixels[i] = (byte)(i % 4 == 3 ? 255 : 100 * (i % 4) + 10 * (i / 16) + i / 4 % 4);
        var ml = new MLContext();
        using var image = MLImage.CreateFromPixels(4, 2, MLPixelFormat.Rgba32, pixels);
        var view = ml.Data.LoadFromEnumerable([new Row { Image = image }]);
        var extracted = ml.Transforms.ExtractPixels("Features", "Image", interleavePixelColors: false).Fit(view).Transform(view);
        Assert.That(((VectorDataViewType)extracted.Schema["Features"].Type).Size, Is.EqualTo(shape.Length));
        var expected =
            from c in Enumerable.Range(0, shape.Channels)
            from y in Enumerable.Range(0, shape.Height)
            from x in Enumerable.Range(0, shape.Width)
            select 100f * c + 10 * y + x;
        Assert.That(Examples.Vectors<float>(extracted, "Features")[0], Is.EqualTo(expected));
    }

    private sealed class Row
    {
        [ImageType(2, 4)]
        public MLImage Image { get; set; } = null!;
    }
}
