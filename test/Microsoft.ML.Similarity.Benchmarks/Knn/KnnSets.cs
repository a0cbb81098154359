using System.Buffers.Binary;
using System.IO.Compression;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace Microsoft.ML.Similarity.Benchmarks.Knn;

/// <summary>Sets by their names: files of generated ones, and two of the data folder. Disposing deletes what was written.</summary>
internal sealed class KnnSets(CommandLine command) : IDisposable
{
    public const string Mnist = "mnist";
    public const string Glove = "glove";

    private const int Queries = 1000;
    private const int MnistDimension = 784;
    private const int GloveDimension = 25;

    private readonly string _folder = command.Text("--sets") ?? "knn-data";
    private readonly string _written = Directory.CreateTempSubdirectory("knn-").FullName;

    /// <exception cref="UsageException">There is no such set.</exception>
    public KnnSet Load(string name) => name switch
    {
        Mnist => Split(Mnist, ReadMnist(command.FindFile("mnist_t10k/t10k-images-idx3-ubyte.gz")), MnistDimension),
        Glove => Split(Glove, ReadGlove(command.FindFile("glove_twitter_25d/vectors.fvecs")), GloveDimension),
        _ when KnnFiles.Exist(_folder, name) => KnnFiles.Read(_folder, name),
        _ => throw new UsageException(
            $"There is no set '{name}' in '{Path.GetFullPath(_folder)}', the folder of --sets, nor is it {Mnist} or {Glove}."),
    };

    public void Dispose() => Directory.Delete(_written, recursive: true);

    // Evenly spread rows are the queries.
    private KnnSet Split(string name, float[] values, int dimension)
    {
        var count = values.Length / dimension;
        var step = count / Queries;
        var rows = new List<float>(values.Length);
        var queries = new List<float>(Queries * dimension);
        for (var row = 0; row < count; row++)
            (row % step == 0 && queries.Count < Queries * dimension ? queries : rows).AddRange(values.AsSpan(row * dimension, dimension));
        return KnnFiles.Write(_written, name, [.. rows], [.. queries], dimension);
    }

    private static float[] ReadMnist(string path)
    {
        const int header = 16;
        using var stream = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return [.. bytes.ToArray().Skip(header).Select(pixel => pixel / 255f)];
    }

    // Of length 1, for Euclidean distances to have the order of cosine distances.
    private static float[] ReadGlove(string path)
    {
        var bytes = File.ReadAllBytes(path);
        const int stride = sizeof(int) + (GloveDimension * sizeof(float));
        var values = new float[bytes.Length / stride * GloveDimension];
        for (var row = 0; row < values.Length / GloveDimension; row++)
        {
            var record = bytes.AsSpan(row * stride, stride);
            if (BinaryPrimitives.ReadInt32LittleEndian(record) != GloveDimension)
                throw new UsageException($"Row {row} of '{path}' is not of dimension {GloveDimension}.");
            var vector = values.AsSpan(row * GloveDimension, GloveDimension);
            MemoryMarshal.Cast<byte, float>(record[sizeof(int)..]).CopyTo(vector);
            TensorPrimitives.Divide(vector, TensorPrimitives.Norm<float>(vector), vector);
        }
        return values;
    }
}
