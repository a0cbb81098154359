using Microsoft.ML.Data;
using Microsoft.ML.Similarity.Rows;

namespace Microsoft.ML.Similarity.Images;

/// <summary>Reads a column of pictures: of images, which are converted at once, or of files, which are decoded later.</summary>
internal sealed class PictureReader : IDisposable
{
    private readonly ImageReader? _images;
    private readonly ValueGetter<VBuffer<byte>>? _files;

    public PictureReader(DataViewRow row, DataViewSchema.Column column)
    {
        if (column.Type is VectorDataViewType)
            _files = row.GetGetter<VBuffer<byte>>(column);
        else
            _images = new ImageReader(row, column);
    }

    /// <summary>Reads the current row's picture.</summary>
    /// <param name="decoder">Converts an image.</param>
    /// <param name="pixels">Where an image's pixels go.</param>
    /// <param name="file">Where a file's bytes go.</param>
    public PictureState Read(PictureDecoder decoder, Span<byte> pixels, ref VBuffer<byte> file)
    {
        if (_files is not null)
        {
            _files(ref file);
            return file.Length == 0 ? PictureState.Missing : PictureState.Encoded;
        }
        if (_images!.Read() is not { } image)
            return PictureState.Missing;
        decoder.Convert(image, pixels);
        return PictureState.Decoded;
    }

    public void Dispose() => _images?.Dispose();
}
