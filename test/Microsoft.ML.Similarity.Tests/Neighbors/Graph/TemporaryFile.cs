namespace Microsoft.ML.Similarity.Tests.Neighbors.Graph;

/// <summary>A place for a file, which is deleted in the end.</summary>
internal sealed class TemporaryFile : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    public string Path => System.IO.Path.Combine(_folder.FullName, "rows.index");

    public void Dispose() => _folder.Delete(recursive: true);
}
