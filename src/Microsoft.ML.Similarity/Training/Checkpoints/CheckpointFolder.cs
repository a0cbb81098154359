using System.Globalization;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Similarity.Training.Checkpoints;

/// <summary>The checkpoints of one training: the last few in a folder of their own.</summary>
internal sealed class CheckpointFolder
{
    private const string Pattern = "checkpoint-*.sim";

    private readonly string _path;
    private readonly TimeSpan _interval;
    private readonly int _keep;
    private readonly IChannel _channel;
    private TimeSpan _lastSaved;

    /// <param name="path">The folder; made if it is not there.</param>
    /// <param name="interval">The least time between two checkpoints.</param>
    /// <param name="keep">How many to keep.</param>
    /// <param name="channel">Hears of what cannot be read or written.</param>
    /// <exception cref="InvalidOperationException">The folder cannot be made or written to, or holds checkpoints none of which can be read.</exception>
    public CheckpointFolder(string path, TimeSpan interval, int keep, IChannel channel)
    {
        _path = Path.GetFullPath(path);
        _interval = interval;
        _keep = keep;
        _channel = channel;
        try
        {
            Directory.CreateDirectory(_path);
            CheckpointFile.DeleteUnfinished(_path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InvalidOperationException($"CheckpointFolder '{_path}' cannot be used: {e.Message}", e);
        }
        Latest = ReadLatest();
    }

    /// <summary>The last checkpoint that can be read; null where there is none at all.</summary>
    public Checkpoint? Latest { get; private set; }

    /// <summary>Whether it is time for another one.</summary>
    /// <param name="elapsed">The time spent on the training.</param>
    public bool IsDue(TimeSpan elapsed) => elapsed - _lastSaved >= _interval;

    /// <summary>Lets the latest go, once it has been taken up.</summary>
    public void Release() => Latest = null;

    /// <summary>Writes a checkpoint, and then deletes those beyond the last few. Where it cannot be written, the log says so and the last one stays.</summary>
    public void Save(Checkpoint checkpoint)
    {
        _lastSaved = checkpoint.Progress.Elapsed;
        var path = Path.Combine(_path, string.Create(CultureInfo.InvariantCulture, $"checkpoint-{checkpoint.Progress.Epoch:D6}-{checkpoint.Progress.Step:D9}.sim"));
        try
        {
            CheckpointFile.Write(path, checkpoint);
            // Later ones are of before, and could not be read; they are written anew when training gets there.
            string[] older = [.. Files().Where(file => string.CompareOrdinal(file, path) < 0)];
            foreach (var old in older[..^Math.Min(_keep - 1, older.Length)])
                File.Delete(old);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _channel.Warning(MessageSensitivity.None, "The checkpoint '{0}' could not be written: {1}. Training goes on; the last checkpoint stays.", path, e.Message.TrimEnd('.'));
        }
    }

    // In the order of training.
    private string[] Files() => [.. Directory.GetFiles(_path, Pattern).Order(StringComparer.Ordinal)];

    private Checkpoint? ReadLatest()
    {
        var files = Files();
        foreach (var path in files.Reverse())
        {
            try
            {
                return CheckpointFile.Read(path);
            }
            catch (Exception e) when (e is FormatException or IOException or UnauthorizedAccessException)
            {
                _channel.Warning(MessageSensitivity.None, "The checkpoint '{0}' cannot be used: {1}. The one before it is tried.", path, e.Message.TrimEnd('.'));
            }
        }
        return files.Length == 0 ? null : throw new InvalidOperationException(
            $"None of the {files.Length} checkpoints in '{_path}' can be used; the log says why. Delete them to train anew.");
    }
}
