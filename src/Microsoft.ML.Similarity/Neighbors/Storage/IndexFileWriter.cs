using System.Buffers.Binary;
using System.Text;
using Microsoft.ML.Similarity.Neighbors.Vectors;

namespace Microsoft.ML.Similarity.Neighbors.Storage;

/// <summary>Writes the file of an index: sections of native memory and a description of them.</summary>
/// <remarks>The file appears whole or not at all: it is written beside its place, flushed to the disk, and then moved there.</remarks>
internal sealed unsafe class IndexFileWriter : IDisposable
{
    private const int PartBytes = 1 << 26;

    private readonly List<(string Name, MemoryBlock Block)> _sections = [];
    private readonly MemoryStream _description = new();

    public IndexFileWriter()
    {
        Description = new BinaryWriter(_description, Encoding.UTF8);
    }

    public BinaryWriter Description { get; }

    public void Add(string name, MemoryBlock block) => _sections.Add((name, block));

    public void Dispose() => Description.Dispose();

    /// <summary>Writes the file, unless one with the same contents is there: it may be in use.</summary>
    /// <returns>The <see cref="IndexFile.Identity"/> of the file.</returns>
    public uint SaveUnlessThere(string path)
    {
        var (table, length) = Layout();
        var identity = Checksum.Of(table);
        if (!IsThere(path, identity, length))
            Save(path);
        return identity;
    }

    public void Save(string path)
    {
        path = Path.GetFullPath(path);
        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                Write(stream);
                stream.Flush(flushToDisk: true);
            }
            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);   // there only after an error
        }
    }

    /// <summary>Writes all of the file where the stream is, which need not be able to seek.</summary>
    public void Write(Stream stream)
    {
        var (table, end) = Layout();
        Span<byte> header = stackalloc byte[IndexFileFormat.HeaderBytes];
        header.Clear();
        IndexFileFormat.Magic.CopyTo(header);
        BinaryPrimitives.WriteInt32LittleEndian(header[8..], IndexFileFormat.Version);
        BinaryPrimitives.WriteInt32LittleEndian(header[12..], table.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(header[16..], Checksum.Of(table));
        BinaryPrimitives.WriteInt64LittleEndian(header[24..], end);
        stream.Write(header);
        stream.Write(table);
        long position = header.Length + table.Length;
        foreach (var (_, block) in _sections)
        {
            position = Pad(stream, position);
            for (long at = 0; at < block.Length; at += PartBytes)
                stream.Write(new ReadOnlySpan<byte>(block.Pointer + at, (int)Math.Min(PartBytes, block.Length - at)));
            position += block.Length;
        }
        Pad(stream, position);
    }

    private static bool IsThere(string path, uint identity, long length)
    {
        try
        {
            using var file = IndexFile.Open(path, verify: true);
            return file.Identity == identity && file.Length == length;
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private (byte[] Table, long Length) Layout()
    {
        uint[] checksums = [.. _sections.Select(section => Checksum.Of(section.Block.Pointer, section.Block.Length))];
        var start = IndexFileFormat.Aligned(IndexFileFormat.HeaderBytes + Table(0, checksums).Length);
        var end = _sections.Aggregate(start, (offset, section) => IndexFileFormat.Aligned(offset + section.Block.Length));
        return (Table(start, checksums), end);
    }

    private byte[] Table(long offset, uint[] checksums)
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes, Encoding.UTF8);
        Description.Flush();
        writer.Write((int)_description.Length);
        _description.WriteTo(bytes);
        writer.Write(_sections.Count);
        foreach (var ((name, block), checksum) in _sections.Zip(checksums))
        {
            writer.Write(name);
            writer.Write(offset);
            writer.Write(block.Length);
            writer.Write(checksum);
            offset = IndexFileFormat.Aligned(offset + block.Length);
        }
        writer.Flush();
        return bytes.ToArray();
    }

    private static long Pad(Stream stream, long position)
    {
        var aligned = IndexFileFormat.Aligned(position);
        stream.Write(new byte[(int)(aligned - position)]);
        return aligned;
    }
}
