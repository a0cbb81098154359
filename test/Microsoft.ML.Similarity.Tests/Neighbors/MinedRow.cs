using Microsoft.ML.Data;

namespace Microsoft.ML.Similarity.Tests.Neighbors;

/// <summary>A labelled row with an id, for the tests of mining.</summary>
internal sealed class MinedRow
{
    /// <summary>The number of the first row of a grid.</summary>
    public const long FirstNumber = 1L << 40;

    public MinedRow()
    {
    }

    public MinedRow(string id, int label, params float[] embedding) => (Id, Label, Embedding) = (id, label, embedding);

    public string Id { get; set; } = "";

    public long Number { get; set; }

    public int Label { get; set; }

    [VectorType(3)]
    public float[] Embedding { get; set; } = [];

    /// <summary>Rows at whole numbers, with many ties and duplicates, whose distances are exact; the last has a class of its own.</summary>
    public static MinedRow[] Grid(int rows, int classes)
    {
        var random = new Random(rows);
        return [.. Enumerable.Range(0, rows).Select(i => new MinedRow(
            $"row {i}", i == rows - 1 && classes > 5 ? -1 : random.Next(classes), random.Next(-2, 3), random.Next(-2, 3), random.Next(-2, 3))
        {
            Number = FirstNumber + i,
        })];
    }
}
