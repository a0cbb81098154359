using Microsoft.ML.Data;
using Microsoft.ML.Similarity.Encoders;
using Microsoft.ML.Similarity.Images;

namespace Microsoft.ML.Similarity.Tests.Images;

public sealed class PictureDecoderTests
{
    [Test]
    public void Pixels_of_the_size_wanted_are_taken_as_they_are([Values] MLPixelFormat format)
    {
        if (format == MLPixelFormat.Unknown)
            return;
        byte[] red = [10, 20, 30, 40], green = [50, 60, 70, 80], blue = [90, 100, 110, 120];
        var pixels = Enumerable.Range(0, 4).SelectMany(i => format == MLPixelFormat.Rgba32 ? new[] { red[i], green[i], blue[i], byte.MaxValue } : [blue[i], green[i], red[i], byte.MaxValue]);
        using var image = MLImage.CreateFromPixels(2, 2, format, pixels.ToArray());
        Assert.That(Convert(image, new(3, 2, 2)), Is.EqualTo((byte[])[.. red, .. green, .. blue]));
        // ITU-R 601.
        Assert.That(Convert(image, new(1, 2, 2)), Is.EqualTo(Enumerable.Range(0, 4).Select(i => (byte)Math.Round(0.299 * red[i] + 0.587 * green[i] + 0.114 * blue[i]))));
    }

    [Test]
    public void Grey_stays_grey()
    {
        using var image = ExamplePictures.Image([.. Enumerable.Range(0, 256).SelectMany(v => new[] { (byte)v, (byte)v, (byte)v, byte.MaxValue })], 16, 16);
        Assert.That(Convert(image, new(1, 16, 16)), Is.EqualTo(Enumerable.Range(0, 256)));
    }

    // Larger, smaller, and of other proportions; by the formula in two dimensions at once.
    [TestCase(8, 8, 5, 5)]
    [TestCase(30, 20, 7, 7)]
    [TestCase(20, 30, 7, 9)]
    [TestCase(100, 3, 2, 2)]
    [TestCase(5, 4, 12, 11)]
    [TestCase(1, 1, 3, 4)]
    public void Resizing_is_linear_interpolation_with_antialiasing(int width, int height, int targetWidth, int targetHeight)
    {
        var pixels = ExamplePictures.Pixels(3, width, height);
        using var image = ExamplePictures.Image(pixels, width, height);
        var actual = Convert(image, new(3, targetHeight, targetWidth));
        var scale = Math.Min((double)width / targetWidth, (double)height / targetHeight);
        for (var channel = 0; channel < 3; channel++)
        {
            for (var y = 0; y < targetHeight; y++)
            {
                for (var x = 0; x < targetWidth; x++)
                {
                    double sum = 0, total = 0;
                    for (var row = 0; row < height; row++)
                    {
                        for (var column = 0; column < width; column++)
                        {
                            var weight = Weight(column, width, x, targetWidth) * Weight(row, height, y, targetHeight);
                            sum += weight * pixels[(row * width + column) * 4 + channel];
                            total += weight;
                        }
                    }
                    Assert.That((double)actual[(channel * targetHeight + y) * targetWidth + x], Is.EqualTo(sum / total).Within(0.51), $"channel {channel}, row {y}, column {x}");
                }
            }
        }

        double Weight(int at, int source, int target, int targets)
        {
            var center = (source - targets * scale) / 2 + (target + 0.5) * scale;
            return Math.Max(0, 1 - Math.Abs(at + 0.5 - center) / Math.Max(1, scale));
        }
    }

    [Test]
    public void What_is_too_wide_loses_its_sides()
    {
        // Black, white, black.
        using var image = ExamplePictures.Image([.. Enumerable.Range(0, 12 * 4).SelectMany(i => i % 12 is >= 4 and < 8 ? Enumerable.Repeat(byte.MaxValue, 4) : [0, 0, 0, byte.MaxValue])], 12, 4);
        Assert.That(Convert(image, new(1, 4, 4)), Is.All.EqualTo(255));
    }

    [Test]
    public void Files_give_the_pixels_of_images()
    {
        using var pictures = new ExamplePictures(5, 13, 9);
        foreach (var shape in new[] { new ImageShape(3, 9, 13), new(1, 9, 13), new(3, 6, 6) })
        {
            for (var i = 0; i < pictures.Rows.Length; i++)
            {
                using var image = ExamplePictures.Image(ExamplePictures.Pixels(i, 13, 9), 13, 9);
                var pixels = new byte[shape.Length];
                Assert.That(new PictureDecoder(shape).TryDecode(File.ReadAllBytes(pictures.FileOf(i)), pixels), Is.True);
                Assert.That(pixels, Is.EqualTo(Convert(image, shape)));
            }
        }
    }

    [Test]
    public void What_is_transparent_lies_on_black()
    {
        var path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.png");
        try
        {
            // White, of half the opacity and of none.
            using (var image = ExamplePictures.Image([128, 128, 128, 128, 0, 0, 0, 0], 2, 1))
                image.Save(path);
            var pixels = new byte[2];
            Assert.That(new PictureDecoder(new(1, 1, 2)).TryDecode(File.ReadAllBytes(path), pixels), Is.True);
            Assert.That(pixels, Is.EqualTo(new byte[] { 128, 0 }));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Test]
    public void What_is_no_picture_is_not_decoded()
    {
        using var pictures = new ExamplePictures(1);
        var file = File.ReadAllBytes(pictures.FileOf(0));
        var decoder = new PictureDecoder(new(3, 8, 8));
        foreach (var bytes in new[] { [], [1, 2, 3], "a text, not a picture"u8.ToArray(), file[..20], [.. file[8..]] })
            Assert.That(decoder.TryDecode(bytes, new byte[decoder.Shape.Length]), Is.False);
    }

    [Test]
    public void Pixels_become_what_ExtractPixels_gives()
    {
        var values = new float[256];
        PictureDecoder.Scale([.. Enumerable.Range(0, 256).Select(v => (byte)v)], values);
        Assert.That(values, Is.EqualTo(Enumerable.Range(0, 256).Select(v => v * (1 / 255f))));
    }

    private static byte[] Convert(MLImage image, ImageShape shape)
    {
        var pixels = new byte[shape.Length];
        new PictureDecoder(shape).Convert(image, pixels);
        return pixels;
    }
}
