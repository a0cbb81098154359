using System.Buffers;
using System.Numerics.Tensors;
using Microsoft.ML.Data;
using Microsoft.ML.Similarity.Encoders;

namespace Microsoft.ML.Similarity.Images;

/// <summary>
/// Turns pictures of any size into the pixels an encoder takes: channel after channel, a byte each. The largest centred part of the wanted
/// proportions is resized; what is transparent lies on black, as in <see cref="MLImage"/>.
/// </summary>
/// <param name="shape">The pixels wanted: of 1 channel, grey, or 3, red, green and blue.</param>
internal sealed class PictureDecoder(ImageShape shape)
{
    /// <summary>What brings a byte to 0..1; <c>ExtractPixels</c> with <c>scaleImage: 1 / 255f</c> gives the same floats.</summary>
    public const float Share = 1 / 255f;

    private const int BytesPerPixel = 4;

    public ImageShape Shape => shape;

    /// <summary>Decodes the bytes of a file; false where they are no picture.</summary>
    /// <param name="file">PNG, JPEG, or whatever else <see cref="MLImage"/> reads.</param>
    /// <param name="pixels">As many as the shape has.</param>
    public unsafe bool TryDecode(ReadOnlySpan<byte> file, Span<byte> pixels)
    {
        if (file.IsEmpty)
            return false;
        fixed (byte* start = file)
        {
            using var stream = new UnmanagedMemoryStream(start, file.Length);
            try
            {
                using var image = MLImage.CreateFromStream(stream);
                Convert(image, pixels);
                return true;
            }
            // The latter: a picture of pixels that cannot be converted.
            catch (Exception e) when (e is ArgumentException or InvalidOperationException)
            {
                return false;
            }
        }
    }

    /// <summary>Takes the pixels of an image.</summary>
    public void Convert(MLImage image, Span<byte> pixels)
    {
        if (image.Width == shape.Width && image.Height == shape.Height)
        {
            Separate(image, pixels);
            return;
        }
        var size = image.Width * image.Height;
        var area = shape.Width * shape.Height;
        var rented = ArrayPool<byte>.Shared.Rent(size * shape.Channels);
        var planes = rented.AsSpan(0, size * shape.Channels);
        Separate(image, planes);
        var scale = Math.Min((double)image.Width / shape.Width, (double)image.Height / shape.Height);
        var across = new Resampling(image.Width, shape.Width, scale);
        var down = new Resampling(image.Height, shape.Height, scale);
        for (var channel = 0; channel < shape.Channels; channel++)
            Resampling.Apply(planes.Slice(channel * size, size), across, down, pixels.Slice(channel * area, area));
        ArrayPool<byte>.Shared.Return(rented);
    }

    /// <summary>Brings pixels to 0..1.</summary>
    public static void Scale(ReadOnlySpan<byte> pixels, Span<float> values)
    {
        TensorPrimitives.ConvertTruncating(pixels, values);
        TensorPrimitives.Multiply(values, Share, values);
    }

    private void Separate(MLImage image, Span<byte> planes)
    {
        var source = image.Pixels;
        var (red, blue) = image.PixelFormat == MLPixelFormat.Rgba32 ? (0, 2) : (2, 0);
        var size = image.Width * image.Height;
        for (var i = 0; i < size; i++)
        {
            var pixel = source.Slice(i * BytesPerPixel, BytesPerPixel);
            if (shape.Channels == 1)
            {
                planes[i] = Grey(pixel[red], pixel[1], pixel[blue]);
                continue;
            }
            planes[i] = pixel[red];
            planes[size + i] = pixel[1];
            planes[2 * size + i] = pixel[blue];
        }
    }

    // ITU-R 601, in integers of 16 bits as Pillow has it: a grey pixel stays what it is.
    private static byte Grey(int red, int green, int blue) => (byte)((red * 19595 + green * 38470 + blue * 7471 + (1 << 15)) >> 16);
}
