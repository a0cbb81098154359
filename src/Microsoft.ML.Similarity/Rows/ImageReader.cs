using Microsoft.ML.Data;

namespace Microsoft.ML.Similarity.Rows;

/// <summary>Reads the images of a column, one at a time, and frees those that nobody else does.</summary>
/// <remarks>
/// A transform that makes an image frees the one that it gave before, and leaves the last one to its reader; a view of images in memory
/// hands out its own, which must survive. Which of the two it is shows with the second image.
/// </remarks>
internal sealed class ImageReader(DataViewRow row, DataViewSchema.Column column) : IDisposable
{
    private readonly ValueGetter<MLImage> _getter = row.GetGetter<MLImage>(column);
    private MLImage? _image;
    private bool? _areOurs;

    /// <summary>The current row's image, or null where it has none; valid until the next read.</summary>
    public MLImage? Read()
    {
        var last = _image;
        _getter(ref _image!);
        if (last is not null)
            _areOurs ??= IsDisposed(last);
        return _image;
    }

    public void Dispose()
    {
        if (_areOurs == true)
            _image?.Dispose();
        _image = null;
    }

    private static bool IsDisposed(MLImage image)
    {
        try
        {
            return image.Width == 0;
        }
        catch (InvalidOperationException)
        {
            return true;
        }
    }
}
