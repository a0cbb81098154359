using System.IO.Compression;
using System.Runtime.CompilerServices;
using Microsoft.ML.Similarity.Neighbors;
using Microsoft.ML.Similarity.Neighbors.Index;
using Microsoft.ML.Similarity.Neighbors.Storage;

namespace Microsoft.ML.Similarity.Interop;

/// <summary>The index of a k-nearest-neighbours model in a file of its own, in the folder of ML.NET's zip.</summary>
internal static class IndexBesideModel
{
    /// <returns>What tells this index from others.</returns>
    /// <exception cref="InvalidOperationException">The model is not saved to a file, or to one of the index's name.</exception>
    public static uint Save(ModelSaveContext context, string name, FrozenIndex index)
    {
        var model = context.Repository is { } repository ? FileOf(ArchiveOf(repository)) : null;
        if (model is null)
        {
            throw new InvalidOperationException(
                $"IndexFileName is '{name}', a file beside the model, and the model is saved to a stream that is no file: save it to a path, or set IndexFileName to null before Fit.");
        }
        var path = Beside(model, name);
        if (string.Equals(path, model, StringComparison.OrdinalIgnoreCase))
            throw new InvalidOperationException($"IndexFileName is '{name}', which is the model's own file: save the model under another name.");
        uint identity = 0;
        index.Save(file => identity = file.SaveUnlessThere(path));
        return identity;
    }

    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="FormatException">The file is damaged or another one, or the model is not read from a file.</exception>
    public static FrozenIndex Load(ModelLoadContext context, string name, uint identity)
    {
        if (!NeighborSettings.IsFileName(name))
            throw new FormatException($"The saved model is damaged: the file '{name}' of its index is not in its folder.");
        var model = context.Repository is { } repository ? FileOf(ArchiveOf(repository)) : null;
        if (model is null)
        {
            throw new FormatException(
                $"The model's index is in the file '{name}' beside the model, and the model is loaded from a stream that is no file: load it by its path.");
        }
        var path = Beside(model, name);
        if (!File.Exists(path))
            throw new FileNotFoundException($"The model's index, the file '{path}', is missing: it belongs into the folder of the model '{model}'.", path);
        IndexFile? file = null;
        try
        {
            file = IndexFile.Open(path, verify: false);
            return file.Identity == identity
                ? FrozenIndex.Load(file)
                : throw new InvalidDataException($"The file '{path}' is the index of another model than '{model}', or of another state of it.");
        }
        catch (InvalidDataException e)
        {
            file?.Dispose();
            throw new FormatException($"The model's index cannot be read: {e.Message}", e);
        }
    }

    private static string Beside(string model, string name) => Path.Combine(Path.GetDirectoryName(model)!, name);

    /// <summary>The file of an archive; null where it is none.</summary>
    private static string? FileOf(ZipArchive archive) =>
        StreamOf(archive) is FileStream { Name: var name } && Path.IsPathFullyQualified(name) ? name : null;

    // Neither ML.NET nor .NET tells where a model is saved to or loaded from.
    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_archive")]
    private static extern ref ZipArchive ArchiveOf(RepositoryWriter repository);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_archive")]
    private static extern ref ZipArchive ArchiveOf(RepositoryReader repository);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_archiveStream")]
    private static extern ref Stream StreamOf(ZipArchive archive);
}
