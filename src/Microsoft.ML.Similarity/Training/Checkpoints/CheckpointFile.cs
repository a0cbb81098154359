using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.ML.Similarity.Persistence;
using Microsoft.ML.Similarity.Tensors;

namespace Microsoft.ML.Similarity.Training.Checkpoints;

/// <summary>
/// A checkpoint as a file: a mark, the SHA-256 of all that follows, the length of the progress, the progress as JSON, and the tensors as
/// safetensors. It is written under another name, flushed to the disk and then renamed, so that under its own name it is whole or not there.
/// </summary>
internal static class CheckpointFile
{
    private const string Unfinished = ".unfinished";
    private const int HashPlace = 8;
    private const int BodyPlace = HashPlace + SHA256.HashSizeInBytes;

    private static ReadOnlySpan<byte> Mark => "SIMCKPT1"u8;

    /// <exception cref="IOException">It cannot be written: the disk is full, for instance. Nothing is left behind.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written to.</exception>
    public static void Write(string path, Checkpoint checkpoint)
    {
        var unfinished = path + Unfinished;
        try
        {
            using (var file = new FileStream(unfinished, FileMode.Create, FileAccess.ReadWrite))
            {
                WriteTo(file, checkpoint);
                file.Flush(flushToDisk: true);
            }
            File.Move(unfinished, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException)
        {
            File.Delete(unfinished);
            // What .NET says of a file beyond what the file system, or the process, may have.
            if (e is ArgumentOutOfRangeException)
                throw new IOException("The file is larger than the file system, or the limit of this process, allows.", e);
            throw;
        }
    }

    /// <summary>Deletes what was being written when a process ended.</summary>
    /// <exception cref="IOException">It cannot be deleted.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be deleted.</exception>
    public static void DeleteUnfinished(string folder)
    {
        foreach (var unfinished in Directory.GetFiles(folder, $"*{Unfinished}"))
            File.Delete(unfinished);
    }

    /// <exception cref="FormatException">The file is damaged, or no checkpoint.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static Checkpoint Read(string path)
    {
        using var file = File.OpenRead(path);
        Span<byte> head = stackalloc byte[BodyPlace];
        if (file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) < head.Length || !head[..HashPlace].SequenceEqual(Mark))
            throw new FormatException("it is no checkpoint of this library");
        if (!SHA256.HashData(file).AsSpan().SequenceEqual(head[HashPlace..]))
            throw new FormatException("it is damaged or cut short");
        file.Position = BodyPlace;
        Span<byte> length = stackalloc byte[sizeof(int)];
        file.ReadExactly(length);
        var json = new byte[BinaryPrimitives.ReadInt32LittleEndian(length)];
        file.ReadExactly(json);
        try
        {
            var progress = JsonSerializer.Deserialize<CheckpointProgress>(json, DeclarationJson.Options)!;
            return new(progress, Safetensors.Read(file).Tensors);
        }
        catch (JsonException e)
        {
            throw new FormatException($"it is of another version of this library ({e.Path ?? e.Message})", e);
        }
    }

    private static void WriteTo(FileStream file, Checkpoint checkpoint)
    {
        file.Write(Mark);
        file.Position = BodyPlace;
        var json = JsonSerializer.SerializeToUtf8Bytes(checkpoint.Progress, DeclarationJson.Options);
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, json.Length);
        file.Write(length);
        file.Write(json);
        Safetensors.Write(file, [.. checkpoint.Tensors.Values.Select(tensor => tensor.ToPart())]);
        file.Position = BodyPlace;
        var hash = SHA256.HashData(file);
        file.Position = HashPlace;
        file.Write(hash);
    }
}
