using System.Text;

namespace Microsoft.ML.Similarity.Tests.Build;

/// <summary>The smallest 64-bit little-endian ELF with version needs: header, section table, needs, strings.</summary>
internal static class SyntheticElf
{
    private const int HeaderSize = 64, SectionSize = 64, EntrySize = 16, Sections = 3;
    private const int Needs = HeaderSize + Sections * SectionSize;
    private const uint StringTable = 3, GnuVerneed = 0x6ffffffe;

    /// <param name="needs">Files and the versions needed of each.</param>
    public static byte[] Build(params (string File, string[] Versions)[] needs)
    {
        var strings = new MemoryStream();
        strings.WriteByte(0);
        var entries = needs.SelectMany(n => Entries(n.File, n.Versions, last: n == needs[^1], strings)).ToArray();

        var elf = new MemoryStream();
        using var writer = new BinaryWriter(elf);
        writer.Write([0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1]);
        elf.Position = 0x28;
        writer.Write((long)HeaderSize);                                     // e_shoff
        elf.Position = 0x3a;
        writer.Write((ushort)SectionSize);
        writer.Write((ushort)Sections);
        WriteSection(1, StringTable, Needs + entries.Length, (int)strings.Length, link: 0, info: 0);
        WriteSection(2, GnuVerneed, Needs, entries.Length, link: 1, info: needs.Length);
        elf.Position = Needs;
        writer.Write(entries);
        writer.Write(strings.ToArray());
        return elf.ToArray();

        void WriteSection(int index, uint type, int offset, int size, int link, int info)
        {
            elf.Position = HeaderSize + index * SectionSize + 4;
            writer.Write(type);
            elf.Position += 16;                                             // flags, address
            writer.Write((long)offset);
            writer.Write((long)size);
            writer.Write(link);
            writer.Write(info);
        }
    }

    /// <summary>Where the flags of a need lie: <paramref name="need"/> counts all versions of the file in their order.</summary>
    public static int FlagsAt(int file, int need) => Needs + (file + 1 + need) * EntrySize + 4;

    private static byte[] Entries(string file, string[] versions, bool last, MemoryStream strings)
    {
        var entries = new MemoryStream();
        using var writer = new BinaryWriter(entries);
        writer.Write((ushort)1);
        writer.Write((ushort)versions.Length);
        writer.Write(Add(strings, file));
        writer.Write(EntrySize);                                            // vn_aux
        writer.Write(last ? 0 : EntrySize * (1 + versions.Length));         // vn_next
        foreach (var version in versions)
        {
            writer.Write(0x12345678);                                       // the hash, which nobody here reads
            writer.Write((ushort)0);                                        // vna_flags
            writer.Write((ushort)2);
            writer.Write(Add(strings, version));
            writer.Write(version == versions[^1] ? 0 : EntrySize);          // vna_next
        }
        return entries.ToArray();
    }

    private static int Add(MemoryStream strings, string text)
    {
        var at = (int)strings.Position;
        strings.Write(Encoding.ASCII.GetBytes(text + '\0'));
        return at;
    }
}
