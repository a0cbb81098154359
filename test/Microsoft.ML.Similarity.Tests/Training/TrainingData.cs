using System.Globalization;
using System.IO.Compression;
using Microsoft.ML.Data;

namespace Microsoft.ML.Similarity.Tests.Training;

internal static class TrainingData
{
    private static readonly Lazy<LabelledRow[]> AllDigits = new(ReadDigits);

    /// <summary>The handwritten digits of samples/data, 64 pixels each.</summary>
    public static LabelledRow[] Digits => AllDigits.Value;

    /// <summary>Points around a centre for each class, row i of class i % classes.</summary>
    public static LabelledRow[] Blobs(int classes = 4, int rowsPerClass = 12, int dimension = 6, float spread = 0.5f, int seed = 1)
    {
        var random = new Random(seed);
        var centres = Enumerable.Range(0, classes).Select(_ => Vector(() => random.NextSingle() * 2 - 1)).ToArray();
        return [.. Enumerable.Range(0, classes * rowsPerClass).Select(i => new LabelledRow
        {
            Label = $"class {i % classes}",
            Features = [.. centres[i % classes].Select(c => c + spread * (random.NextSingle() * 2 - 1))],
        })];

        float[] Vector(Func<float> value) => [.. Enumerable.Range(0, dimension).Select(_ => value())];
    }

    public static IDataView View(MLContext ml, params LabelledRow[] rows) => View(ml, rows, rows[0].Features.Length);

    /// <param name="ml">The context.</param>
    /// <param name="rows">The rows, each as long as the dimension.</param>
    /// <param name="dimension">The number of features.</param>
    /// <param name="afterwards">Called whenever all rows have been read.</param>
    public static IDataView View(MLContext ml, IEnumerable<LabelledRow> rows, int dimension, Action? afterwards = null)
    {
        var schema = SchemaDefinition.Create(typeof(LabelledRow));
        schema[nameof(LabelledRow.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, dimension);
        return ml.Data.LoadFromEnumerable(Rows(), schema);

        IEnumerable<LabelledRow> Rows()
        {
            foreach (var row in rows)
                yield return row;
            afterwards?.Invoke();
        }
    }

    public static LabelledRow Row(string label, params float[] features) => new() { Label = label, Features = features };

    private static LabelledRow[] ReadDigits()
    {
        using var file = File.OpenRead(Path.Combine(Repository.Root, "samples", "data", "optdigits.csv.gz"));
        using var reader = new StreamReader(new GZipStream(file, CompressionMode.Decompress));
        var rows = new List<LabelledRow>();
        while (reader.ReadLine() is { } line)
        {
            var values = line.Split(',');
            rows.Add(new() { Label = values[^1], Features = Array.ConvertAll(values[..^1], v => float.Parse(v, CultureInfo.InvariantCulture)) });
        }
        return [.. rows];
    }
}
