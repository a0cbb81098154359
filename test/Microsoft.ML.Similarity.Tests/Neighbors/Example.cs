using Microsoft.ML.Data;

namespace Microsoft.ML.Similarity.Tests.Neighbors;

/// <summary>A row for the tests of neighbours, with a label of any type.</summary>
internal sealed class Example<TLabel>
{
    public TLabel Label { get; set; } = default!;

    public string Id { get; set; } = "";

    public float Target { get; set; }

    [VectorType(Examples.Dimension)]
    public VBuffer<float> Features { get; set; }
}

internal static class Examples
{
    public const int Dimension = 3;

    /// <summary>Rows around a point for each class, some of them equal to one another.</summary>
    public static Example<TLabel>[] Clusters<TLabel>(Func<int, TLabel> label, int rows = 24, int classes = 3, bool sparse = false, int seed = 1)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, rows).Select(i =>
        {
            var @class = i % classes;
            var value = @class * 2 + random.Next(3);
            return new Example<TLabel>
            {
                Label = label(@class),
                Id = $"row {i}",
                Target = value,
                Features = sparse
                    ? new VBuffer<float>(Dimension, 1, [value], [@class % Dimension])
                    : new VBuffer<float>(Dimension, [value, @class, random.Next(2)]),
            };
        })];
    }

    public static Example<TLabel> At<TLabel>(TLabel label, params float[] features) =>
        new() { Label = label, Features = new VBuffer<float>(features.Length, features) };

    public static T[] Column<T>(IDataView view, string name) => [.. view.GetColumn<T>(name)];

    /// <summary>Vectors as arrays: one for each row.</summary>
    public static T[][] Vectors<T>(IDataView view, string name) =>
        [.. view.GetColumn<VBuffer<T>>(name).Select(v => v.DenseValues().ToArray())];

    /// <summary>The texts behind a key column.</summary>
    public static string[] KeyTexts(DataViewSchema schema, string column)
    {
        VBuffer<ReadOnlyMemory<char>> values = default;
        schema[column].GetKeyValues(ref values);
        return [.. values.DenseValues().Select(v => v.ToString())];
    }
}
