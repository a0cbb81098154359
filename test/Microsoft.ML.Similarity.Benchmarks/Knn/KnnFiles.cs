using System.Runtime.InteropServices;

namespace Microsoft.ML.Similarity.Benchmarks.Knn;

/// <summary>The files of a set, as peers read them: NAME.base, NAME.query and NAME.gt, each two int32, rows and columns, and then the values.</summary>
internal static class KnnFiles
{
    public static bool Exist(string folder, string name) => File.Exists(Path.Combine(folder, $"{name}.base"));

    public static KnnSet Read(string folder, string name)
    {
        var rows = Read<float>(folder, $"{name}.base", out var dimension);
        var queries = Read<float>(folder, $"{name}.query", out var queryDimension);
        var truth = Read<int>(folder, $"{name}.gt", out var truthNeighbors);
        if (queryDimension != dimension || truthNeighbors < KnnSet.Neighbors || truth.Length / truthNeighbors != queries.Length / dimension)
            throw new UsageException($"The files of '{name}' in '{folder}' do not belong together.");
        return new KnnSet(name, folder, rows, queries, dimension, truth);
    }

    /// <summary>Finds the neighbours and writes all.</summary>
    public static KnnSet Write(string folder, string name, float[] rows, float[] queries, int dimension)
    {
        var truth = BruteForce.Search(rows, queries, dimension, KnnSet.Neighbors);
        Write<float>(folder, $"{name}.base", rows, dimension);
        Write<float>(folder, $"{name}.query", queries, dimension);
        Write<int>(folder, $"{name}.gt", truth, KnnSet.Neighbors);
        return new KnnSet(name, folder, rows, queries, dimension, truth);
    }

    private static T[] Read<T>(string folder, string file, out int columns)
        where T : unmanaged
    {
        var path = Path.Combine(folder, file);
        if (!File.Exists(path))
            throw new UsageException($"There is no file '{path}'.");
        using var stream = File.OpenRead(path);
        var shape = new int[2];
        stream.ReadExactly(MemoryMarshal.AsBytes(shape.AsSpan()));
        columns = shape[1];
        var values = new T[shape[0] * columns];
        stream.ReadExactly(MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }

    private static void Write<T>(string folder, string file, T[] values, int columns)
        where T : unmanaged
    {
        using var stream = File.Create(Path.Combine(folder, file));
        stream.Write(MemoryMarshal.AsBytes((ReadOnlySpan<int>)[values.Length / columns, columns]));
        stream.Write(MemoryMarshal.AsBytes(values.AsSpan()));
    }
}
