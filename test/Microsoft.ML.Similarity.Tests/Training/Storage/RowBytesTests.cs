using Microsoft.ML.Similarity.Training.Storage;

namespace Microsoft.ML.Similarity.Tests.Training.Storage;

public sealed class RowBytesTests
{
    private string _folder = "";

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("similarity-").FullName;

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void Rows_come_back_from_memory_and_from_a_file([Values(long.MaxValue, 30_000_000, 3, 0)] long budget)
    {
        var space = new DataSpace(budget, _folder);
        using var rows = new RowBytes(space, largestRow: 1_000_000);
        var random = new Random(1);
        var offsets = new long[100];
        for (var i = 0; i < offsets.Length; i++)
        {
            offsets[i] = rows.Append(random.Next(1, 1_000_000), out var row);
            row.Fill((byte)i);
        }
        rows.Freeze();
        Assert.That(rows.IsMapped, Is.EqualTo(budget < long.MaxValue));
        random = new Random(1);
        for (var i = 0; i < offsets.Length; i++)
            Assert.That(rows.Read(offsets[i], random.Next(1, 1_000_000)).ContainsAnyExcept((byte)i), Is.False);
    }

    [Test]
    public void All_rows_of_a_run_share_the_budget()
    {
        var space = new DataSpace(100, _folder);
        using (var first = new RowBytes(space, 60))
        using (var second = new RowBytes(space, 60))
        {
            first.Append(60, out _);
            second.Append(40, out _);
            Assert.That((first.IsMapped, second.IsMapped), Is.EqualTo((false, false)));
            second.Append(1, out _);
            Assert.That((first.IsMapped, second.IsMapped), Is.EqualTo((false, true)));
            first.Append(40, out _);
            Assert.That(first.IsMapped, Is.False, "what moved to the file makes room");
        }
        Assert.That(space.TryTake(100), Is.True);
    }

    [Test]
    public void A_file_has_no_name_that_could_stay_behind()
    {
        if (OperatingSystem.IsWindows())
            Assert.Ignore("On Windows the file has its name until its handle closes, and goes with it.");
        using var rows = new RowBytes(new DataSpace(0, _folder), 8);
        rows.Append(8, out _);
        Assert.That(rows.IsMapped, Is.True);
        Assert.That(Directory.EnumerateFiles(_folder), Is.Empty);
    }

    [Test]
    public void After_it_was_disposed_there_is_no_file()
    {
        using (var rows = new RowBytes(new DataSpace(0, _folder), 8))
        {
            rows.Append(8, out _);
            rows.Freeze();
        }
        Assert.That(Directory.EnumerateFiles(_folder), Is.Empty);
    }

    [Test]
    public void A_folder_that_is_not_there_is_named()
    {
        var folder = Path.Combine(_folder, "none");
        using var rows = new RowBytes(new DataSpace(7, folder), 8);
        Assert.That(() => rows.Append(8, out _), Throws.TypeOf<IOException>().With.Message.StartsWith(
            $"The data outgrew DataMemoryBudget (7 bytes), and no file for it can be made in MLContext.TempFilePath '{folder}': ")
            .And.Message.EndsWith(" Set TempFilePath to a folder that can be written to, or raise DataMemoryBudget."));
    }

    [Test]
    public void A_file_that_cannot_grow_is_named_with_the_bytes_it_needs()
    {
        using var file = new TemporaryFile(new DataSpace(7, _folder));
        // No file system takes so many.
        const long far = long.MaxValue - 100;
        Assert.That(() => file.Write([1, 2, 3], far), Throws.TypeOf<IOException>().With.Message.Matches(
            $"^The data outgrew DataMemoryBudget \\(7 bytes\\), and its file '.+similarity-[0-9a-f]+\\.rows' cannot be written beyond {far} bytes \\(the disk has [0-9]+ bytes left\\): .+ "
            + $"At least {far + 3} bytes are needed\\. Set MLContext\\.TempFilePath to a folder with more room, or raise DataMemoryBudget\\.$"));
    }
}
