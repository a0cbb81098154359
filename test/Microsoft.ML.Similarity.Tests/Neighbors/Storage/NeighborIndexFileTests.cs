using Microsoft.ML.Similarity.Neighbors;
using Microsoft.ML.Similarity.Neighbors.Index;
using Microsoft.ML.Similarity.Tests.Neighbors.Index;

namespace Microsoft.ML.Similarity.Tests.Neighbors.Storage;

public sealed class NeighborIndexFileTests
{
    private const int Dimension = 64;

    private string _folder = "";

    private string Path => System.IO.Path.Combine(_folder, "rows.index");

    [SetUp]
    public void CreateFolder() => _folder = Directory.CreateTempSubdirectory().FullName;

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void Opened_index_finds_the_same([Values] NeighborMetric metric, [Values(0, 3, 2000)] int count)
    {
        var (rows, queries) = (Rows(count), VectorSet.Clustered(10, Dimension, seed: 2));
        var ids = ExactnessTests.Ids(count);
        using (var index = NeighborIndex.Build(rows.Values, Dimension, ids, options: new() { Metric = metric }))
            index.Save(Path);
        using var opened = NeighborIndex.Open(Path, verify: true);
        Assert.That((opened.Metric, opened.Dimension, opened.Count, opened.HasTextIds), Is.EqualTo((metric, Dimension, count, false)));
        BruteForce.Check(opened, rows, ids, queries, 12);
    }

    [Test]
    public void Text_ids_and_payload_come_back()
    {
        string[] ids = ["b", "", "a", "\U0001F600", "\uFFFD", "é"];
        using (var index = NeighborIndex.Build(Rows(6).Values, Dimension, ids, [
            new("n", [1L, 2, 3, 4, 5, 6]), new("f", [1f, 2, 3, 4, 5, 6]), new("d", [1.5, 2, 3, 4, 5, 6]), new("t", ["x", "", "ä", "z", "v", "w"])]))
        {
            index.Save(Path);
        }
        using var opened = NeighborIndex.Open(Path);
        Assert.That(opened.HasTextIds);
        foreach (var id in ids)
            Assert.That(opened.Contains(id), id);
        Assert.That(opened.Contains("c"), Is.False);
        Assert.That(Value<long>(opened, "b", "n"), Is.EqualTo(1));
        Assert.That(Value<float>(opened, "a", "f"), Is.EqualTo(3));
        Assert.That(Value<double>(opened, "b", "d"), Is.EqualTo(1.5));
        Assert.That(Value<string>(opened, "a", "t"), Is.EqualTo("ä"));
        Assert.That(Value<string>(opened, "", "t"), Is.Empty);
    }

    [Test]
    public void Same_rows_give_the_same_bytes_whatever_their_order_and_history([Values] NeighborMetric metric)
    {
        var rows = Rows(1500);
        var ids = ExactnessTests.Ids(1500);
        using (var index = NeighborIndex.Build(rows.Values, Dimension, ids, options: new() { Metric = metric, NumberOfThreads = 1 }))
            index.Save(Path);
        var expected = File.ReadAllBytes(Path);

        var some = 1000;
        using (var index = NeighborIndex.Build(rows.Values.AsSpan(500 * Dimension), Dimension, ids.AsSpan(500), options: new() { Metric = metric, NumberOfThreads = 4 }))
        {
            index.Remove(ids.AsSpan(some, 100));
            index.Add(rows.Values.AsSpan(some * Dimension, 100 * Dimension), ids.AsSpan(some, 100));
            index.Add(rows.Values.AsSpan(0, 500 * Dimension), ids.AsSpan(0, 500));
            index.Save(Path);
        }
        Assert.That(File.ReadAllBytes(Path).AsSpan().SequenceEqual(expected));
    }

    [Test]
    public void Opened_index_is_changed_and_saved_over_its_file()
    {
        var rows = Rows(1200);
        var ids = ExactnessTests.Ids(1200);
        using (var index = NeighborIndex.Build(rows.Values.AsSpan(0, 1100 * Dimension), Dimension, ids.AsSpan(0, 1100)))
            index.Save(Path);
        using (var opened = NeighborIndex.Open(Path))
        {
            opened.Add(rows.Values.AsSpan(1100 * Dimension), ids.AsSpan(1100));
            opened.Save(Path);
        }
        using var again = NeighborIndex.Open(Path);
        BruteForce.Check(again, rows, ids, VectorSet.Clustered(5, Dimension, seed: 8), 9);
        Assert.That(Directory.GetFiles(_folder), Has.Length.EqualTo(1));
    }

    [Test]
    public void Truncated_file_says_where_it_ends([Values(1, 20, 31, 40, 5000)] int length)
    {
        var whole = Save();
        File.WriteAllBytes(Path, whole[..length]);
        var error = Assert.Throws<InvalidDataException>(() => NeighborIndex.Open(Path))!;
        Assert.That(error.Message, length < 32
            ? Is.EqualTo($"The file '{Path}' is truncated: it ends at byte {length}, within the header.")
            : Is.EqualTo($"The file '{Path}' is truncated: it ends at byte {length}, and should at {whole.Length}."));
    }

    [Test]
    public void Foreign_file_says_what_it_begins_with()
    {
        File.WriteAllText(Path, "PK, not an index, though long enough");
        Assert.That(() => NeighborIndex.Open(Path), Throws.TypeOf<InvalidDataException>().With.Message.EqualTo(
            $"The file '{Path}' is not the file of a neighbour index: it begins with the bytes [504B2C206E6F7420], not [8E4E4E490D0A1A0A]."));
        File.WriteAllBytes(Path, []);
        Assert.That(() => NeighborIndex.Open(Path), Throws.TypeOf<InvalidDataException>().With.Message.Contain("begins with the bytes [],"));
    }

    [Test]
    public void File_of_a_later_version_says_so()
    {
        var bytes = Save();
        bytes[8] = 9;
        File.WriteAllBytes(Path, bytes);
        Assert.That(() => NeighborIndex.Open(Path), Throws.TypeOf<InvalidDataException>().With.Message.EqualTo(
            $"The file '{Path}' has the format version 9; this version of the package reads 1."));
    }

    [Test]
    public void Any_corrupted_byte_is_found_or_means_nothing()
    {
        var whole = Save();
        var random = new Random(5);
        var found = new HashSet<string>();
        for (var i = 0; i < 300; i++)
        {
            var bytes = (byte[])whole.Clone();
            var at = i < 100 ? i : random.Next(bytes.Length);
            bytes[at] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(Path, bytes);
            try
            {
                using var opened = NeighborIndex.Open(Path);
                Assert.That(bytes[at] ^ whole[at], Is.EqualTo(bytes[at]), $"byte {at} was corrupted and no padding");   // padding is 0
            }
            catch (InvalidDataException error)
            {
                found.Add(error.Message.Split(',')[0]);
            }
        }
        Assert.That(found, Has.Some.Contains("is corrupted in the table"));
        Assert.That(found, Has.Some.Contains("is corrupted in the section 'vectors'"));
        Assert.That(found, Has.Some.Contains("is corrupted in the section 'codes'"));
    }

    [Test]
    public void Save_that_fails_leaves_nothing_and_the_old_file()
    {
        var old = Save();
        var target = System.IO.Path.Combine(_folder, "taken");
        Directory.CreateDirectory(System.IO.Path.Combine(target, "by a folder"));
        using var index = NeighborIndex.Open(Path);
        Assert.That(() => index.Save(target), Throws.InstanceOf<SystemException>());
        Assert.That(Directory.GetFiles(_folder), Is.EqualTo(new[] { Path }));
        Assert.That(File.ReadAllBytes(Path), Is.EqualTo(old));
    }

    private static T? Value<T>(NeighborIndex index, string id, string column)
    {
        Assert.That(index.TryGetValue<T>(id, column, out var value), id);
        return value;
    }

    // With duplicates and zeros.
    private static VectorSet Rows(int count)
    {
        var rows = VectorSet.Clustered(count, Dimension, seed: 1);
        for (var i = 0; i < count / 10; i++)
            rows[i].CopyTo(rows.Values.AsSpan((count - 1 - (2 * i)) * Dimension, Dimension));
        if (count > 10)
            rows.Values.AsSpan(4 * Dimension, 2 * Dimension).Clear();
        return rows;
    }

    private byte[] Save()
    {
        using var index = NeighborIndex.Build(Rows(1500).Values, Dimension, ExactnessTests.Ids(1500), [new("price", new double[1500])]);
        index.Save(Path);
        return File.ReadAllBytes(Path);
    }
}
