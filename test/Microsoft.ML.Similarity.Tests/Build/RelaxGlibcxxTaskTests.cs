using global::Similarity.Build;

namespace Microsoft.ML.Similarity.Tests.Build;

public sealed class RelaxGlibcxxTaskTests
{
    private string _folder = null!;
    private RecordingBuildEngine _log = null!;

    [SetUp]
    public void SetUp()
    {
        _folder = Directory.CreateTempSubdirectory("relax").FullName;
        _log = new();
    }

    [TearDown]
    public void TearDown() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void Writes_a_relaxed_copy_and_leaves_the_source()
    {
        var library = SyntheticElf.Build(("libstdc++.so.6", ["GLIBCXX_3.4.32"]));
        var source = Write(library);

        Assert.That(Run(source), Is.True);
        library[SyntheticElf.FlagsAt(file: 0, need: 0)] = 2;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(File.ReadAllBytes(Destination), Is.EqualTo(library));
            Assert.That(File.ReadAllBytes(source), Is.EqualTo(SyntheticElf.Build(("libstdc++.so.6", ["GLIBCXX_3.4.32"]))));
            Assert.That(_log.Errors.Concat(_log.Warnings), Is.Empty);
        }
    }

    [Test]
    public void Replaces_what_lies_at_the_destination_and_leaves_nothing_beside_it()
    {
        var library = SyntheticElf.Build(("libstdc++.so.6", ["GLIBCXX_3.4.32"]));
        Directory.CreateDirectory(Path.GetDirectoryName(Destination)!);
        File.WriteAllText(Destination, "old");

        Assert.That(Run(Write(library)), Is.True);
        Assert.That(new FileInfo(Destination).Length, Is.EqualTo(library.Length));
        Assert.That(Directory.GetFiles(Path.GetDirectoryName(Destination)!), Has.Length.EqualTo(1));
    }

    [Test]
    public void A_damaged_library_is_copied_as_it_is_with_a_warning()
    {
        var damaged = SyntheticElf.Build(("libstdc++.so.6", ["GLIBCXX_3.4.32"]))[..100];
        var source = Write(damaged);

        Assert.That(Run(source), Is.True);
        Assert.That(File.ReadAllBytes(Destination), Is.EqualTo(damaged));
        Assert.That(_log.Warnings, Is.EqualTo(new[]
        {
            $"{source} is damaged (it ends at byte 100, before what its headers name) and was copied as it is; restoring its package anew should help.",
        }));
    }

    [Test]
    public void A_missing_library_is_an_error_that_names_it_and_the_way_out()
    {
        var missing = Path.Combine(_folder, "missing.so");

        Assert.That(Run(missing), Is.False);
        Assert.That(_log.Errors, Has.Count.EqualTo(1));
        Assert.That(_log.Errors[0], Is.EqualTo(
            $"Could not copy {missing} to {Destination} with its need of GLIBCXX_3.4.32 relaxed: Could not find file '{missing}'. " +
            "To build without this step set the property SimilarityRelaxGlibcxx to false."));
    }

    private string Destination => Path.Combine(_folder, "obj", "relaxed", "library.so");

    private bool Run(string source) => new RelaxGlibcxx { BuildEngine = _log, Source = source, Destination = Destination }.Execute();

    private string Write(byte[] library)
    {
        var path = Path.Combine(_folder, "library.so");
        File.WriteAllBytes(path, library);
        return path;
    }
}
