using System.Numerics.Tensors;

namespace Microsoft.ML.Similarity.Evaluation;

/// <summary>The rows that have a class and a finite embedding, in their order, and those of each class.</summary>
internal sealed class UsableRows
{
    private readonly LabelledRows _rows;
    private readonly int[] _usable;
    private readonly int[] _byClass;
    private readonly int[] _classStarts;

    public UsableRows(LabelledRows rows)
    {
        _rows = rows;
        var usable = new List<int>(rows.Count);
        var classes = rows.Classes.Span;
        for (var row = 0; row < rows.Count; row++)
        {
            if (classes[row] < 0)
            {
                MissingLabels++;
                continue;
            }
            var largest = Math.Abs(TensorPrimitives.MaxMagnitude(rows[row]));   // NaN where any value is
            if (!float.IsFinite(largest))
            {
                InvalidEmbeddings++;
                continue;
            }
            LargestMagnitude = Math.Max(LargestMagnitude, largest);
            usable.Add(row);
        }
        _usable = [.. usable];
        (_classStarts, _byClass) = GroupByClass();
    }

    public int Total => _rows.Count;

    public int Count => _usable.Length;

    public int Dimension => _rows.Dimension;

    public int MissingLabels { get; }

    public int InvalidEmbeddings { get; }

    /// <summary>Of any value in any usable row; 0 where there is none.</summary>
    public float LargestMagnitude { get; }

    public ReadOnlySpan<float> this[int row] => _rows[_usable[row]];

    public int ClassOf(int row) => _rows.Classes.Span[_usable[row]];

    /// <summary>The usable rows of a class, ascending; none for a class that does not occur.</summary>
    public ReadOnlySpan<int> OfClass(int number) =>
        number < _classStarts.Length - 1 ? _byClass.AsSpan(_classStarts[number].._classStarts[number + 1]) : [];

    private (int[] Starts, int[] Rows) GroupByClass()
    {
        var largest = -1;
        for (var row = 0; row < Count; row++)
            largest = Math.Max(largest, ClassOf(row));
        // Counted two places up, so that filling moves each start to where it belongs.
        var starts = new int[largest + 3];
        for (var row = 0; row < Count; row++)
            starts[ClassOf(row) + 2]++;
        for (var i = 2; i < starts.Length; i++)
            starts[i] += starts[i - 1];
        var rows = new int[Count];
        for (var row = 0; row < Count; row++)
            rows[starts[ClassOf(row) + 1]++] = row;
        return (starts[..^1], rows);
    }
}
