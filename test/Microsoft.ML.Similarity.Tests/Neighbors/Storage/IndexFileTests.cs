using Microsoft.ML.Similarity.Neighbors.Storage;
using Microsoft.ML.Similarity.Neighbors.Vectors;
using Microsoft.ML.Similarity.Tests.Neighbors.Graph;

namespace Microsoft.ML.Similarity.Tests.Neighbors.Storage;

public sealed unsafe class IndexFileTests
{
    private const int LargeLength = 17 << 20;

    [Test]
    public void Large_sections_are_checked_where_asked_for_and_where_they_tell_places()
    {
        using var path = new TemporaryFile();
        using var memory = new AlignedMemory(LargeLength);
        using (var writer = new IndexFileWriter())
        {
            writer.Add("small", new MemoryBlock(memory.Pointer, 100));
            writer.Add("large", memory);
            writer.Save(path.Path);
        }
        var length = new FileInfo(path.Path).Length;
        using (var stream = File.OpenWrite(path.Path))
        {
            stream.Position = length - 1000;
            stream.WriteByte(1);
        }
        var error = $"The file '{path.Path}' is corrupted in the section 'large', bytes {length - LargeLength} to {length}.";
        Assert.That(() => IndexFile.Open(path.Path, verify: true), Throws.TypeOf<InvalidDataException>().With.Message.EqualTo(error));
        using var file = IndexFile.Open(path.Path, verify: false);
        Assert.That(file.Section("large").Length, Is.EqualTo(LargeLength));
        Assert.That(() => file.Places("large"), Throws.TypeOf<InvalidDataException>().With.Message.EqualTo(error));
        Assert.That(file.Places("small", 100).Length, Is.EqualTo(100));
        Assert.That(() => file.Section("none"), Throws.TypeOf<InvalidDataException>().With.Message.EqualTo(
            $"The file '{path.Path}' lacks the section 'none'."));
    }
}
