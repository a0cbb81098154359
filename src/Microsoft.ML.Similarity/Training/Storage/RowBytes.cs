using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;

namespace Microsoft.ML.Similarity.Training.Storage;

/// <summary>
/// Rows of bytes, written one after another and then read in any order: in memory while that lasts, then all of them in a
/// memory-mapped file.
/// </summary>
/// <remarks>
/// Both hold segments of one size, which no row straddles, so rows are found the same way, and memory grows and is
/// given back a segment at a time, without ever holding a row twice. It is native memory: given back when the rows move to
/// the file, not when the garbage collector comes by. Once <see cref="Freeze"/> was called, any thread may read.
/// </remarks>
internal sealed unsafe class RowBytes : IDisposable
{
    private const int SmallestSegment = 1 << 22;

    private readonly DataSpace _space;
    private readonly List<nint> _segments = [];
    private long _taken;
    private long _full;
    private int _used;
    private TemporaryFile? _file;
    private MemoryMappedFile? _map;
    private MemoryMappedViewAccessor? _view;
    private bool _isDisposed;

    /// <param name="space">Says how much memory there is, and where files go.</param>
    /// <param name="largestRow">The bytes of the largest row there may be.</param>
    public RowBytes(DataSpace space, int largestRow)
    {
        _space = space;
        SegmentSize = Math.Max(SmallestSegment, largestRow);
    }

    public int SegmentSize { get; }

    /// <summary>Whether the rows are in a file.</summary>
    public bool IsMapped => _file is not null;

    /// <summary>Adds a row.</summary>
    /// <param name="size">Its bytes.</param>
    /// <param name="row">Where they go; valid until the next call.</param>
    /// <returns>What <see cref="Read"/> finds it by: rows of one size lie evenly in each segment.</returns>
    /// <exception cref="IOException">Memory is used up, and no file can be written.</exception>
    public long Append(int size, out Span<byte> row)
    {
        if (_segments.Count == 0 || SegmentSize - _used < size)
            NextSegment();
        if (_file is null && !TryTake(size))
            MoveToFile();
        row = new Span<byte>((byte*)_segments[^1] + _used, size);
        var offset = _full * SegmentSize + _used;
        _used += size;
        return offset;
    }

    /// <summary>Ends the writing.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Freeze()
    {
        if (_file is null)
            return;
        WriteLast();
        FreeMemory();
        _map = _file.Map();
        _view = _map.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        byte* start = null;
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        start += _view.PointerOffset;
        for (var offset = 0L; offset < _file.Length; offset += SegmentSize)
            _segments.Add((nint)(start + offset));
    }

    /// <summary>The row that was added at an offset, or as much of it as is asked for.</summary>
    public ReadOnlySpan<byte> Read(long offset, int size)
    {
        var (segment, place) = Math.DivRem(offset, SegmentSize);
        return new ReadOnlySpan<byte>((byte*)_segments[(int)segment] + place, size);
    }

    public void Dispose()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        if (_view is null)
            FreeMemory();
        else
            _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view?.Dispose();
        _map?.Dispose();
        _file?.Dispose();
    }

    private bool TryTake(int size)
    {
        if (!_space.TryTake(size))
            return false;
        _taken += size;
        return true;
    }

    private void NextSegment()
    {
        if (_file is not null)
            WriteLast();
        if (_segments.Count > 0)
            _full++;
        if (_file is null || _segments.Count == 0)
            _segments.Add((nint)NativeMemory.Alloc((nuint)SegmentSize));
        _used = 0;
    }

    // The last segment stays in memory, to be filled and written, then filled again.
    private void MoveToFile()
    {
        _file = new TemporaryFile(_space);
        for (var i = 0; i < _segments.Count - 1; i++)
        {
            _file.Write(new ReadOnlySpan<byte>((void*)_segments[i], SegmentSize), (long)i * SegmentSize);
            NativeMemory.Free((void*)_segments[i]);
            _segments[i] = 0;
        }
        _segments.RemoveRange(0, _segments.Count - 1);
        _space.GiveBack(_taken);
        _taken = 0;
    }

    private void WriteLast() => _file!.Write(new ReadOnlySpan<byte>((void*)_segments[^1], _used), _full * SegmentSize);

    private void FreeMemory()
    {
        foreach (var segment in _segments)
            NativeMemory.Free((void*)segment);
        _segments.Clear();
        _space.GiveBack(_taken);
        _taken = 0;
    }
}
