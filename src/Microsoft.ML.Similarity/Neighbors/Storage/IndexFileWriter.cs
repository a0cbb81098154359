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

    private void Write(FileStream stream)
    {
        var table = Table(0);
        var start = IndexFileFormat.Aligned(IndexFileFormat.HeaderBytes + table.Length);
        table = Table(start);   // of the same length
        var end = _sections.Aggregate(start, (offset, section) => IndexFileFormat.Aligned(offset + section.Block.Length));

        Span<byte> header = stackalloc byte[IndexFileFormat.HeaderBytes];
        header.Clear();
        IndexFileFormat.Magic.CopyTo(header);
        BinaryPrimitives.WriteInt32LittleEndian(header[8..], IndexFileFormat.Version);
        BinaryPrimitives.WriteInt32LittleEndian(header[12..], table.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(header[16..], Checksum.Of(table));
        BinaryPrimitives.WriteInt64LittleEndian(header[24..], end);
        stream.Write(header);
        stream.Write(table);
        foreach (var (_, block) in _sections)
        {
            Pad(stream);
            for (long at = 0; at < block.Length; at += PartBytes)
                stream.Write(new ReadOnlySpan<byte>(block.Pointer + at, (int)Math.Min(PartBytes, block.Length - at)));
        }
        Pad(stream);
    }

    private byte[] Table(long offset)
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes, Encoding.UTF8);
        Description.Flush();
        writer.Write((int)_description.Length);
        _description.WriteTo(bytes);
        writer.Write(_sections.Count);
        foreach (var (name, block) in _sections)
        {
            writer.Write(name);
            writer.Write(offset);
            writer.Write(block.Length);
            writer.Write(Checksum.Of(block.Pointer, block.Length));
            offset = IndexFileFormat.Aligned(offset + block.Length);
        }
        writer.Flush();
        return bytes.ToArray();
    }

    private static void Pad(FileStream stream) => stream.Write(new byte[(int)(IndexFileFormat.Aligned(stream.Position) - stream.Position)]);
}
