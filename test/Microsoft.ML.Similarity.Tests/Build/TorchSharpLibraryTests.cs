using global::Similarity.Build;

namespace Microsoft.ML.Similarity.Tests.Build;

/// <summary>TorchSharp's own Linux library: as it is in the package, and as the build copied it beside the tests.</summary>
[Platform("Linux")]
public sealed class TorchSharpLibraryTests
{
    private const string Version = "GLIBCXX_3.4.32";
    private const string InPackage = "runtimes/linux-x64/native/libLibTorchSharp.so";

    [Test]
    public void The_package_cache_keeps_the_library_that_needs_the_version()
    {
        var library = File.ReadAllBytes(Packaged());
        Assert.That(RelaxGlibcxx.MarkWeak(library, Version), Is.EqualTo(1));
        Assert.That(RelaxGlibcxx.MarkWeak(library, Version), Is.Zero);
    }

    [Test]
    public void The_copy_beside_the_tests_differs_in_that_one_flag()
    {
        var packaged = File.ReadAllBytes(Packaged());
        var built = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, InPackage));
        Assert.That(built, Has.Length.EqualTo(packaged.Length));

        var differences = Enumerable.Range(0, built.Length).Where(i => built[i] != packaged[i]).ToArray();
        Assert.That(differences, Has.Length.EqualTo(1));
        Assert.That(built[differences[0]] ^ packaged[differences[0]], Is.EqualTo(2));
        Assert.That(RelaxGlibcxx.MarkWeak(built, Version), Is.Zero);
    }

    private static string Packaged()
    {
        var version = typeof(TorchSharp.torch).Assembly.GetName().Version!.ToString(3);
        var path = Path.Combine(Repository.PackageCache, "torchsharp", version, InPackage);
        Assume.That(path, Does.Exist);
        return path;
    }
}
