using System.Globalization;
using System.IO.Compression;
using Microsoft.ML.Data;

namespace Microsoft.ML.Similarity.Benchmarks;

/// <summary>A comma-separated file of numeric columns and one label, as text, plain or gzip.</summary>
internal static class NumericTable
{
    /// <returns>A view with the columns Label (text) and Features, cached in memory.</returns>
    /// <exception cref="UsageException">The file is empty or has no such column.</exception>
    public static IDataView Load(MLContext ml, string path, string label, bool hasHeader)
    {
        var source = new TableFile(path);
        using var reader = source.OpenTextReader(0);
        var first = reader.ReadLine() ?? throw new UsageException($"The file '{path}' is empty.");
        var fields = first.Split(',').Select(f => f.Trim().Trim('"')).ToArray();
        if (fields.Length < 2)
            throw new UsageException($"The file '{path}' has one column; it needs a label and numbers, separated by commas.");

        var index = IndexOf(label, fields, hasHeader, path);
        TextLoader.Range[] others = [.. Ranges(index, fields.Length)];
        var loader = ml.Data.CreateTextLoader(new TextLoader.Options
        {
            Columns = [new("Label", DataKind.String, index), new("Features", DataKind.Single, others)],
            HasHeader = hasHeader,
            Separators = [','],
            AllowQuoting = true,
            TrimWhitespace = true,
        });
        return ml.Data.Cache(loader.Load(source));
    }

    private static int IndexOf(string label, string[] fields, bool hasHeader, string path)
    {
        var index = hasHeader ? Array.IndexOf(fields, label) : -1;
        if (index < 0 && int.TryParse(label, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number < fields.Length)
            index = number;
        return index >= 0
            ? index
            : throw new UsageException(
                $"The option --label is '{label}'; it must be a column of '{path}'{(hasHeader ? $" ({string.Join(", ", fields)})" : "")} or an index from 0 to {fields.Length - 1}.");
    }

    private static IEnumerable<TextLoader.Range> Ranges(int label, int count)
    {
        if (label > 0)
            yield return new(0, label - 1);
        if (label < count - 1)
            yield return new(label + 1, count - 1);
    }

    private sealed class TableFile(string path) : IMultiStreamSource
    {
        public int Count => 1;

        public string GetPathOrNull(int index) => path;

        public Stream Open(int index)
        {
            var file = File.OpenRead(path);
            return path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new GZipStream(file, CompressionMode.Decompress) : file;
        }

        public TextReader OpenTextReader(int index) => new StreamReader(Open(index));
    }
}
