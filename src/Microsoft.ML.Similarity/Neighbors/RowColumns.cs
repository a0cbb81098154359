namespace Microsoft.ML.Similarity.Neighbors;

/// <summary>What rows carry beside their vectors, by the rows' numbers: blocks of arrays that never change, so that sets may share them.</summary>
internal sealed class RowColumns
{
    private readonly Block[] _blocks;

    /// <param name="count">The number of rows.</param>
    /// <param name="columns">Arrays with a value for each row.</param>
    public RowColumns(int count, Array[] columns)
        : this([new Block(0, count, columns)])
    {
    }

    private RowColumns(Block[] blocks)
    {
        _blocks = blocks;
        Count = checked(blocks[^1].Start + blocks[^1].Count);
    }

    /// <summary>The numbers given to rows, those of removed ones included.</summary>
    public int Count { get; }

    public int ColumnCount => _blocks[0].Columns.Length;

    public int BlockCount => _blocks.Length;

    public T Value<T>(int row, int column)
    {
        int low = 0, high = _blocks.Length - 1;
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            if (_blocks[middle].Start <= row)
                low = middle;
            else
                high = middle - 1;
        }
        return ((T[])_blocks[low].Columns[column])[row - _blocks[low].Start];
    }

    /// <summary>These rows followed by others.</summary>
    public RowColumns With(int count, Array[] columns)
    {
        // Blocks no larger than what follows them are merged with it: few are left, and a value is copied only a few times.
        var kept = _blocks.Length;
        var rows = count;
        while (kept > 0 && _blocks[kept - 1].Count <= rows)
            rows += _blocks[--kept].Count;
        var merged = new Array[columns.Length];
        for (var c = 0; c < merged.Length; c++)
            merged[c] = Concatenated([.. _blocks[kept..].Select(block => block.Columns[c]), columns[c]], rows);
        return new([.. _blocks[..kept], new Block(Count + count - rows, rows, merged)]);
    }

    /// <summary>All values of a column as one array.</summary>
    public Array Column(int column) => Concatenated([.. _blocks.Select(block => block.Columns[column])], Count);

    private static Array Concatenated(Array[] parts, int length)
    {
        var all = Array.CreateInstance(parts[0].GetType().GetElementType()!, length);
        var start = 0;
        foreach (var part in parts)
        {
            part.CopyTo(all, start);
            start += part.Length;
        }
        return all;
    }

    private sealed record Block(int Start, int Count, Array[] Columns);
}
