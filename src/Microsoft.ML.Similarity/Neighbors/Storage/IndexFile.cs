using System.Buffers.Binary;
using System.Globalization;
using System.IO.MemoryMappedFiles;
using System.Text;
using Microsoft.ML.Similarity.Neighbors.Vectors;

namespace Microsoft.ML.Similarity.Neighbors.Storage;

/// <summary>The file of an index, mapped into memory: what is not looked at is not read.</summary>
internal sealed unsafe class IndexFile : IDisposable
{
    // Larger sections of values are checked only when asked for, lest a large file be slow to open.
    private const long CheckedBytes = 16 << 20;

    private const int PartBytes = 1 << 26;

    // In the header.
    private const int IdentityOffset = 16;
    private const int LengthOffset = 24;

    private readonly string _path;
    private readonly IDisposable[] _owners;
    private readonly Dictionary<string, (MemoryBlock Block, uint Checksum, bool IsChecked)> _sections = [];
    private readonly byte* _start;
    private readonly long _length;

    private IndexFile(string path, nint start, long length, params IDisposable[] owners)
    {
        (_path, _length, _owners) = (path, length, owners);
        _start = (byte*)start;
    }

    /// <summary>What the contents say of themselves.</summary>
    public BinaryReader Description { get; private set; } = new(Stream.Null);

    /// <param name="path">The file.</param>
    /// <param name="verify">Whether to check all sections, however large.</param>
    /// <exception cref="InvalidDataException">The file is none of an index, or truncated or corrupted.</exception>
    public static IndexFile Open(string path, bool verify)
    {
        if (!BitConverter.IsLittleEndian)
            throw new PlatformNotSupportedException("Files of indexes are little-endian; this machine is not.");
        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        IndexFile? file = null;
        try
        {
            CheckHeader(path, stream, stream.Length);
            file = Map(path, stream);
            file.ReadTable(verify);
            return file;
        }
        catch
        {
            file?.Dispose();
            stream.Dispose();
            throw;
        }
    }

    /// <summary>Reads all of a file from where a stream is, which need not be able to seek, into memory.</summary>
    /// <param name="name">What errors call it.</param>
    /// <param name="stream">The file, and perhaps more behind it.</param>
    /// <exception cref="InvalidDataException">The file is none of an index, or truncated or corrupted.</exception>
    public static IndexFile Read(string name, Stream stream)
    {
        if (!BitConverter.IsLittleEndian)
            throw new PlatformNotSupportedException("Files of indexes are little-endian; this machine is not.");
        var header = CheckHeader(name, stream, null);
        var length = BinaryPrimitives.ReadInt64LittleEndian(header.AsSpan(LengthOffset));
        var memory = new AlignedMemory(length);
        try
        {
            header.CopyTo(new Span<byte>(memory.Pointer, header.Length));
            long at = header.Length;
            while (at < length)
            {
                var read = stream.Read(new Span<byte>(memory.Pointer + at, (int)Math.Min(PartBytes, length - at)));
                if (read == 0)
                    throw Error(name, $"is truncated: it ends at byte {at}, and should at {length}");
                at += read;
            }
            var file = new IndexFile(name, (nint)memory.Pointer, length, memory);
            file.ReadTable(verify: true);
            return file;
        }
        catch
        {
            memory.Dispose();
            throw;
        }
    }

    /// <summary>In bytes.</summary>
    public long Length => _length;

    /// <summary>A checksum of the contents: files of the same index have the same.</summary>
    public uint Identity => BinaryPrimitives.ReadUInt32LittleEndian(new ReadOnlySpan<byte>(_start + IdentityOffset, sizeof(uint)));

    /// <param name="name">The section's.</param>
    /// <param name="length">How long it must be; null: any length.</param>
    public MemoryBlock Section(string name, long? length = null)
    {
        if (!_sections.TryGetValue(name, out var section))
            throw Error(_path, $"lacks the section '{name}'");
        return length == null || section.Block.Length == length
            ? section.Block
            : throw Corrupted(name, section.Block, $": it needs {length} bytes");
    }

    /// <summary>A section that says where in memory others have their values. It is checked however large it is.</summary>
    /// <inheritdoc cref="Section"/>
    public MemoryBlock Places(string name, long? length = null)
    {
        var block = Section(name, length);
        Check(name);
        return block;
    }

    public void Dispose()
    {
        foreach (var owner in _owners)
            owner.Dispose();
    }

    private static IndexFile Map(string path, FileStream stream)
    {
        var length = stream.Length;
        var file = MemoryMappedFile.CreateFromFile(stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
        var view = file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        return new IndexFile(path, view.SafeMemoryMappedViewHandle.DangerousGetHandle(), length, view, file);
    }

    /// <param name="path">What errors call the file.</param>
    /// <param name="stream">Where its header is read.</param>
    /// <param name="fileLength">How long the file is; null: as long as the header says.</param>
    private static byte[] CheckHeader(string path, Stream stream, long? fileLength)
    {
        var header = new byte[IndexFileFormat.HeaderBytes];
        var read = stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false);
        var magic = header.AsSpan(0, Math.Min(read, IndexFileFormat.Magic.Length));
        if (!IndexFileFormat.Magic.StartsWith(magic) || read == 0)
        {
            var expected = Convert.ToHexString(IndexFileFormat.Magic);
            throw Error(path, $"is not the file of a neighbour index: it begins with the bytes [{Convert.ToHexString(magic)}], not [{expected}]");
        }
        if (read < header.Length)
            throw Error(path, $"is truncated: it ends at byte {read}, within the header");
        var version = BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(8));
        if (version != IndexFileFormat.Version)
            throw Error(path, $"has the format version {version}; this version of the package reads {IndexFileFormat.Version}");
        var length = BinaryPrimitives.ReadInt64LittleEndian(header.AsSpan(LengthOffset));
        if (length < header.Length)
            throw Error(path, $"is corrupted in the header, bytes 0 to {header.Length}");
        if (fileLength is { } end && end != length)
            throw Error(path, $"{(end < length ? "is truncated" : "is corrupted")}: it ends at byte {end}, and should at {length}");
        return header;
    }

    private void ReadTable(bool verify)
    {
        var header = new ReadOnlySpan<byte>(_start, IndexFileFormat.HeaderBytes);
        var tableLength = BinaryPrimitives.ReadInt32LittleEndian(header[12..]);
        if (tableLength < 0 || tableLength > _length - IndexFileFormat.HeaderBytes)
            throw Error(_path, $"is corrupted in the header, bytes 0 to {IndexFileFormat.HeaderBytes}");
        var table = new ReadOnlySpan<byte>(_start + IndexFileFormat.HeaderBytes, tableLength).ToArray();
        if (Checksum.Of(table) != BinaryPrimitives.ReadUInt32LittleEndian(header[16..]))
            throw Error(_path, $"is corrupted in the table, bytes {IndexFileFormat.HeaderBytes} to {IndexFileFormat.HeaderBytes + tableLength}");

        using var reader = new BinaryReader(new MemoryStream(table), Encoding.UTF8);
        Description = new BinaryReader(new MemoryStream(reader.ReadBytes(reader.ReadInt32())), Encoding.UTF8);
        for (var count = reader.ReadInt32(); count > 0; count--)
        {
            var (name, offset, length, checksum) = (reader.ReadString(), reader.ReadInt64(), reader.ReadInt64(), reader.ReadUInt32());
            if (offset < 0 || length < 0 || length > _length - offset)
                throw Error(_path, $"is corrupted in the table: the section '{name}' is outside of the file");
            _sections.Add(name, (new MemoryBlock(_start + offset, length), checksum, false));
            if (verify || length <= CheckedBytes)
                Check(name);
        }
    }

    private void Check(string name)
    {
        var (block, checksum, isChecked) = _sections[name];
        if (!isChecked && Checksum.Of(block.Pointer, block.Length) != checksum)
            throw Corrupted(name, block, $"");
        _sections[name] = (block, checksum, true);
    }

    private InvalidDataException Corrupted(string name, MemoryBlock block, FormattableString what)
    {
        var offset = block.Pointer - _start;
        return Error(_path, $"is corrupted in the section '{name}', bytes {offset} to {offset + block.Length}{what}");
    }

    private static InvalidDataException Error(string path, FormattableString what) =>
        new($"The file '{path}' {what.ToString(CultureInfo.InvariantCulture)}.");
}
