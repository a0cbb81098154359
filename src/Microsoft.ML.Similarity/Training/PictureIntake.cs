using Microsoft.ML.Similarity.Encoders;
using Microsoft.ML.Similarity.Images;
using Microsoft.ML.Similarity.Training.Storage;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Training;

/// <summary>Takes pictures. Files are decoded by several threads at once, also those kept encoded: what cannot be decoded is found here.</summary>
internal sealed class PictureIntake : FeatureIntake
{
    private const int MaximumBatch = 256;
    private const int MaximumPixels = 1 << 24;

    // A file lies in one piece, in a segment of which only what is used takes memory.
    private const int LargestFile = 1 << 26;

    private readonly ImageShape _image;
    private readonly ImageStorage _storage;
    private readonly PictureBatch _batch;
    private readonly (long Row, string Column)[] _origins;
    private readonly List<PictureReader> _readers = [];
    private readonly List<(long Offset, int Size)> _files = [];
    private RowBytes? _rows;
    private int _kept;
    private int _waiting;

    /// <param name="image">The pixels wanted.</param>
    /// <param name="storage">What is kept of a picture.</param>
    /// <param name="space">Where it goes.</param>
    public PictureIntake(ImageShape image, ImageStorage storage, DataSpace space)
    {
        _image = image;
        _storage = storage;
        _batch = new PictureBatch(new PictureDecoder(image), Math.Clamp(MaximumPixels / image.Length, 1, MaximumBatch));
        _origins = new (long, string)[_batch.Capacity];
        _rows = new RowBytes(space, storage == ImageStorage.Encoded ? LargestFile : image.Length);
    }

    public override int Count => _kept + _waiting;

    public override FeatureSource Open(DataViewRow row, DataViewSchema.Column column)
    {
        var reader = new PictureReader(row, column);
        _readers.Add(reader);
        return new Source(this, reader, column.Name);
    }

    public override FeatureStore ToStore(TrainingRun run)
    {
        Flush();
        var store = Store(_rows!, run);
        _rows = null;
        return store;
    }

    public override void Dispose()
    {
        _readers.ForEach(reader => reader.Dispose());
        _rows?.Dispose();
    }

    private FeatureStore Store(RowBytes rows, TrainingRun run)
    {
        if (_storage == ImageStorage.Decoded)
            return DenseFeatureStore.Create(rows, _kept, _image.Length, ScalarType.Byte, run);
        run.Freeze(rows, _kept);
        return new EncodedPictureStore(rows, [.. _files], new PictureDecoder(_image), run.Device);
    }

    // The pictures of a batch go to the store in their order.
    private void Flush()
    {
        _batch.Decode(_waiting);
        for (var slot = 0; slot < _waiting; slot++)
        {
            if (_batch.StateOf(slot) == PictureState.Unreadable)
            {
                throw Unusable(_origins[slot], $"a file of {_batch.FileOf(slot).Length} bytes that cannot be decoded as a picture",
                    "Files may be PNG, JPEG, WebP, GIF or BMP; filter others first.");
            }
            if (_storage == ImageStorage.Decoded)
            {
                _rows!.Append(_image.Length, out var pixels);
                _batch.PixelsOf(slot).CopyTo(pixels);
            }
            else
            {
                Append(_batch.FileOf(slot), _origins[slot]);
            }
        }
        _batch.DropFiles();
        _kept += _waiting;
        _waiting = 0;
    }

    private void Append(ReadOnlySpan<byte> file, (long Row, string Column) origin)
    {
        if (file.Length > LargestFile)
            throw Unusable(origin, $"a file of {file.Length} bytes", $"ImageStorage.Encoded keeps files of at most {LargestFile}; use ImageStorage.Decoded.");
        _files.Add((_rows!.Append(file.Length, out var bytes), file.Length));
        file.CopyTo(bytes);
    }

    private static InvalidOperationException Unusable((long Row, string Column) origin, string value, string advice) =>
        new($"Column '{origin.Column}' has {value} in row {origin.Row} (counted from 0). {advice}");

    private sealed class Source(PictureIntake intake, PictureReader reader, string column) : FeatureSource
    {
        public override ReadOnlySpan<byte> Bytes =>
            intake._batch.StateOf(intake._waiting) == PictureState.Decoded ? intake._batch.PixelsOf(intake._waiting) : intake._batch.FileOf(intake._waiting);

        public override void Read(long row)
        {
            var slot = intake._waiting;
            intake._batch.Read(reader, slot);
            intake._origins[slot] = (row, column);
            if (intake._batch.StateOf(slot) == PictureState.Missing)
                throw Unusable(intake._origins[slot], "no picture", "Every row trained on needs one; filter others first.");
        }

        public override void Keep()
        {
            if (++intake._waiting == intake._batch.Capacity || intake._batch.IsHeavy)
                intake.Flush();
        }
    }
}
