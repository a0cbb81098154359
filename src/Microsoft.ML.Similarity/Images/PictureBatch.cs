using Microsoft.ML.Data;

namespace Microsoft.ML.Similarity.Images;

/// <summary>The pictures of a batch of rows: read one after another, then decoded by several threads.</summary>
internal sealed class PictureBatch
{
    // Photographs take megabytes each: more of them are not kept waiting.
    private const long ManyBytes = 1 << 26;

    private readonly PictureDecoder _decoder;
    private readonly VBuffer<byte>[] _files;
    private readonly PictureState[] _states;
    private readonly byte[] _pixels;
    private long _fileBytes;

    /// <param name="decoder">Says what is wanted of a picture.</param>
    /// <param name="capacity">The number of slots.</param>
    public PictureBatch(PictureDecoder decoder, int capacity)
    {
        _decoder = decoder;
        _files = new VBuffer<byte>[capacity];
        _states = new PictureState[capacity];
        _pixels = new byte[capacity * decoder.Shape.Length];
    }

    public int Capacity => _states.Length;

    /// <summary>Whether the files kept take so much memory that they should be decoded and dropped, however few they are.</summary>
    public bool IsHeavy => _fileBytes >= ManyBytes;

    /// <summary>Reads the current row's picture into a slot.</summary>
    public void Read(PictureReader reader, int slot)
    {
        ref var file = ref _files[slot];
        _states[slot] = reader.Read(_decoder, _pixels.AsSpan(slot * Length, Length), ref file);
        if (_states[slot] != PictureState.Encoded)
            return;
        if (!file.IsDense)
            file = new VBuffer<byte>(file.Length, [.. file.DenseValues()]);
        _fileBytes += file.Length;
    }

    /// <summary>Decodes the files of the first slots, those that still wait.</summary>
    public void Decode(int count) => Parallel.For(0, count, slot =>
    {
        if (_states[slot] == PictureState.Encoded)
            _states[slot] = _decoder.TryDecode(_files[slot].GetValues(), _pixels.AsSpan(slot * Length, Length)) ? PictureState.Decoded : PictureState.Unreadable;
    });

    /// <summary>Frees the files of all slots.</summary>
    public void DropFiles()
    {
        Array.Clear(_files);
        _fileBytes = 0;
    }

    public PictureState StateOf(int slot) => _states[slot];

    /// <summary>The bytes of a slot's file, until it is dropped; none where an image was read.</summary>
    public ReadOnlySpan<byte> FileOf(int slot) => _files[slot].GetValues();

    /// <summary>The pixels of a slot whose picture is decoded.</summary>
    public ReadOnlySpan<byte> PixelsOf(int slot) => _pixels.AsSpan(slot * Length, Length);

    private int Length => _decoder.Shape.Length;
}
