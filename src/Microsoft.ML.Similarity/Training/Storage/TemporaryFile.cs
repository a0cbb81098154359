using System.Globalization;
using System.IO.MemoryMappedFiles;

namespace Microsoft.ML.Similarity.Training.Storage;

/// <summary>The file of data that outgrew its memory. However the process ends, the file goes with it.</summary>
/// <remarks>
/// On Unix the file loses its name as soon as it is open, and its blocks are freed with the last handle. On Windows the
/// system deletes it when its handle closes.
/// </remarks>
internal sealed class TemporaryFile : IDisposable
{
    private readonly FileStream _stream;
    private readonly string _path;
    private readonly DataSpace _space;

    /// <exception cref="IOException">No file can be made in the folder.</exception>
    public TemporaryFile(DataSpace space)
    {
        _space = space;
        _path = Path.Combine(Path.GetFullPath(space.Folder), $"similarity-{Guid.NewGuid():N}.rows");
        try
        {
            _stream = new FileStream(_path, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.ReadWrite,
                Share = FileShare.None,
                BufferSize = 0,
                Options = OperatingSystem.IsWindows() ? FileOptions.DeleteOnClose : FileOptions.None,
            });
            if (!OperatingSystem.IsWindows())
                File.Delete(_path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException(
                $"The data outgrew DataMemoryBudget ({Number(space.Budget)} bytes), and no file for it can be made in MLContext.TempFilePath '{space.Folder}': {e.Message} "
                + "Set TempFilePath to a folder that can be written to, or raise DataMemoryBudget.", e);
        }
    }

    /// <summary>The bytes up to the end of what was written.</summary>
    public long Length { get; private set; }

    /// <exception cref="IOException">It cannot be written, as when the disk is full.</exception>
    public void Write(ReadOnlySpan<byte> bytes, long offset)
    {
        try
        {
            RandomAccess.Write(_stream.SafeFileHandle, bytes, offset);
        }
        catch (Exception e) when (e is IOException or ArgumentOutOfRangeException)   // the latter from a file system with small files only
        {
            throw new IOException(
                $"The data outgrew DataMemoryBudget ({Number(_space.Budget)} bytes), and its file '{_path}' cannot be written beyond {Number(offset)} bytes{Free()}: {e.Message} "
                + $"At least {Number(offset + bytes.Length)} bytes are needed. Set MLContext.TempFilePath to a folder with more room, or raise DataMemoryBudget.", e);
        }
        Length = Math.Max(Length, offset + bytes.Length);
    }

    /// <summary>What was written, as memory.</summary>
    public MemoryMappedFile Map() =>
        MemoryMappedFile.CreateFromFile(_stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);

    public void Dispose() => _stream.Dispose();

    private string Free()
    {
        try
        {
            return $" (the disk has {Number(new DriveInfo(Path.GetDirectoryName(_path)!).AvailableFreeSpace)} bytes left)";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return "";
        }
    }

    private static string Number(long bytes) => bytes.ToString(CultureInfo.InvariantCulture);
}
