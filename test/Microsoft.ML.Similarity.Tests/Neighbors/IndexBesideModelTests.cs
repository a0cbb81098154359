using System.IO.Compression;
using Microsoft.ML.Similarity.Neighbors;
using Microsoft.ML.Similarity.Neighbors.Index;

namespace Microsoft.ML.Similarity.Tests.Neighbors;

/// <summary>Models whose index is a file of its own in their folder.</summary>
public sealed class IndexBesideModelTests
{
    private const string Name = "rows.index";

    private static readonly MLContext Ml = new(seed: 1);
    private static readonly IDataView Data = Ml.Data.LoadFromEnumerable(Examples.Clusters(c => $"class {c}", rows: 500));
    private static readonly IDataView More = Ml.Data.LoadFromEnumerable(Examples.Clusters(c => $"more {c}", rows: 9, seed: 2));

    private string _root = "";

    [SetUp]
    public void MakeFolder() => _root = Directory.CreateTempSubdirectory("beside").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_root, recursive: true);

    [Test]
    public void The_index_is_mapped_from_its_file_and_not_in_the_model([Values] bool graph)
    {
        var model = Fit(o => o.SearchMode = graph ? SearchMode.Approximate(0.9) : SearchMode.Exact);
        var file = Save(model, "a");
        using (var zip = ZipFile.OpenRead(file))
            Assert.That(zip.Entries.Select(e => e.Name), Has.None.EqualTo("Index"));
        var loaded = Load(file);
        Assert.That((loaded.IndexFileName, loaded.SearchMode, loaded.Statistics.Search), Is.EqualTo((Name, model.SearchMode, model.Statistics.Search)));
        AreAlike(loaded, model);
        if (OperatingSystem.IsLinux())
            Assert.That(File.ReadAllText("/proc/self/maps"), Does.Contain(Path.Combine(_root, "a", Name)));
        GC.KeepAlive(loaded);
    }

    [Test]
    public void A_moved_folder_is_found_again()
    {
        var model = Fit();
        Save(model, "a");
        Directory.Move(Path.Combine(_root, "a"), Path.Combine(_root, "b"));
        AreAlike(Load(Path.Combine(_root, "b", "model.zip")), model);
    }

    [Test]
    public void What_was_loaded_is_saved_elsewhere_and_over_itself()
    {
        var model = Fit();
        var first = Save(model, "a");
        var loaded = Load(first);
        var second = Save(loaded, "b");
        var written = File.GetLastWriteTimeUtc(Path.Combine(_root, "a", Name));
        Assert.That(Save(loaded, "a"), Is.EqualTo(first));
        Assert.That(File.GetLastWriteTimeUtc(Path.Combine(_root, "a", Name)), Is.EqualTo(written), "the mapped file is left alone");
        AreAlike(Load(first), model);
        AreAlike(Load(second), model);
        Assert.That(File.ReadAllBytes(Path.Combine(_root, "b", Name)), Is.EqualTo(File.ReadAllBytes(Path.Combine(_root, "a", Name))));
    }

    [Test]
    public void Changes_of_what_was_loaded_are_saved_in_its_place()
    {
        var file = Save(Fit(), "a");
        var loaded = Load(file);
        var changed = loaded.AddRows(More).RemoveRows([1, 2]);
        Assert.That(changed.IndexFileName, Is.EqualTo(Name));
        if (OperatingSystem.IsWindows())
            file = Save(changed, "b");   // a mapped file cannot be replaced there
        else
            Save(changed, "a");
        AreAlike(Load(file), changed);
        AreAlike(loaded, Fit());
    }

    [Test]
    public void Two_stages_of_a_pipeline_have_a_file_each()
    {
        var search = Fit();
        var classify = Ml.MulticlassClassification.Trainers.KNearestNeighbors(
            new KNearestNeighborsMulticlassTrainer.Options { IndexFileName = "classes.index", NumberOfNeighbors = 1 }).Fit(Data);
        var chain = new Microsoft.ML.Data.TransformerChain<ITransformer>(search, classify);
        var file = Path.Combine(_root, "chain.zip");
        Ml.Model.Save(chain, Data.Schema, file);
        Assert.That(Directory.GetFiles(_root).Select(Path.GetFileName).Order(StringComparer.Ordinal), Is.EqualTo(new[] { "chain.zip", "classes.index", Name }));
        var (output, expected) = (Ml.Model.Load(file, out _).Transform(Data), chain.Transform(Data));
        Assert.That(Examples.Column<uint>(output, "PredictedLabel"), Is.EqualTo(Examples.Column<uint>(expected, "PredictedLabel")));
        Assert.That(Examples.Vectors<long>(output, "NeighborRow"), Is.EqualTo(Examples.Vectors<long>(expected, "NeighborRow")));
    }

    [Test]
    public void A_missing_file_is_named()
    {
        var file = Save(Fit(), "a");
        var index = Path.Combine(_root, "a", Name);
        File.Delete(index);
        Refused(file, $"The model's index, the file '{index}', is missing: it belongs into the folder of the model '{file}'.");
    }

    [Test]
    public void The_index_of_another_model_is_refused()
    {
        var file = Save(Fit(), "a");
        Save(Fit().AddRows(More), "b");
        var index = Path.Combine(_root, "a", Name);
        File.Copy(Path.Combine(_root, "b", Name), index, overwrite: true);
        Refused(file, $"The model's index cannot be read: The file '{index}' is the index of another model than '{file}', or of another state of it.");
    }

    [Test]
    public void A_file_that_is_no_index_is_refused()
    {
        var file = Save(Fit(), "a");
        var index = Path.Combine(_root, "a", Name);
        File.WriteAllText(index, new string('x', 5000));
        Refused(file, $"The model's index cannot be read: The file '{index}' is not");
    }

    [Test]
    public void A_truncated_file_is_refused()
    {
        var file = Save(Fit(), "a");
        var index = Path.Combine(_root, "a", Name);
        var bytes = File.ReadAllBytes(index);
        File.WriteAllBytes(index, bytes[..^64]);
        Refused(file, $"The model's index cannot be read: The file '{index}' is truncated: it ends at byte {bytes.Length - 64}, and should at {bytes.Length}.");
    }

    [Test]
    public void A_damaged_file_is_refused()
    {
        var file = Save(Fit(), "a");
        var index = Path.Combine(_root, "a", Name);
        var bytes = File.ReadAllBytes(index);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(index, bytes);
        Refused(file, $"The model's index cannot be read: The file '{index}' is corrupted in the section ");
    }

    [Test]
    public void A_stream_that_is_no_file_has_no_place_beside_it()
    {
        using var stream = new MemoryStream();
        Assert.That(() => Ml.Model.Save(Fit(), Data.Schema, stream), Throws.InvalidOperationException.With.Message.EqualTo(
            $"IndexFileName is '{Name}', a file beside the model, and the model is saved to a stream that is no file: save it to a path, or set IndexFileName to null before Fit."));
        using var read = new MemoryStream(File.ReadAllBytes(Save(Fit(), "a")));
        Assert.That(() => Ml.Model.Load(read, out _), Throws.Exception.With.Matches<Exception>(e => Says(e,
            $"The model's index is in the file '{Name}' beside the model, and the model is loaded from a stream that is no file: load it by its path.")));
    }

    [Test]
    public void The_index_does_not_overwrite_the_model()
    {
        var file = Path.Combine(_root, Name);
        Assert.That(() => Ml.Model.Save(Fit(), Data.Schema, file), Throws.InvalidOperationException
            .With.Message.EqualTo($"IndexFileName is '{Name}', which is the model's own file: save the model under another name."));
    }

    [TestCase("")]
    [TestCase("..")]
    [TestCase("sub/rows.index")]
    [TestCase("sub\\rows.index")]
    [TestCase("c:rows.index")]
    public void A_name_with_a_folder_is_refused(string name) => Assert.That(
        () => Fit(o => o.IndexFileName = name), Throws.ArgumentException.With.Message.StartsWith(
            $"IndexFileName is '{name}'; it must be the name of a file in the model's folder, without a path."));

    private static NearestNeighborsTransformer Fit(Action<NearestNeighborsEstimator.Options>? change = null)
    {
        var options = new NearestNeighborsEstimator.Options { InputColumnName = "Features", Columns = ["Label"], IndexFileName = Name };
        change?.Invoke(options);
        return Ml.Similarity.Transforms.NearestNeighbors(options).Fit(Data);
    }

    private static NearestNeighborsTransformer Load(string file) => (NearestNeighborsTransformer)Ml.Model.Load(file, out _);

    private static void AreAlike(NearestNeighborsTransformer a, NearestNeighborsTransformer b)
    {
        var (one, other) = (a.Transform(Data), b.Transform(Data));
        Assert.That(Examples.Vectors<long>(one, "NeighborRow"), Is.EqualTo(Examples.Vectors<long>(other, "NeighborRow")));
        Assert.That(Examples.Vectors<float>(one, "NeighborDistance"), Is.EqualTo(Examples.Vectors<float>(other, "NeighborDistance")));
    }

    private static void Refused(string file, string message) =>
        Assert.That(() => Ml.Model.Load(file, out _), Throws.Exception.With.Matches<Exception>(e => Says(e, message)));

    private static bool Says(Exception? error, string message)
    {
        for (; error is not null; error = error.InnerException)
        {
            if (error.Message.StartsWith(message, StringComparison.Ordinal))
                return true;
        }
        return false;
    }

    private string Save(ITransformer model, string folder)
    {
        var path = Directory.CreateDirectory(Path.Combine(_root, folder)).FullName;
        var file = Path.Combine(path, "model.zip");
        Ml.Model.Save(model, Data.Schema, file);
        return file;
    }
}
