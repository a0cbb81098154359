namespace Microsoft.ML.Similarity.Neighbors;

/// <summary>Consecutive reference rows in contiguous memory, never changed once made, so that sets may share them.</summary>
internal sealed class ReferenceSegment
{
    /// <param name="dimension">Values in a row.</param>
    /// <param name="rows">The rows, one after the other; of unit length under the cosine metric.</param>
    /// <param name="columns">What else the rows carry: arrays with a value for each row.</param>
    public ReferenceSegment(int dimension, float[] rows, Array[] columns)
    {
        Rows = rows;
        Columns = columns;
        Count = rows.Length / dimension;
        ZeroRows = [.. Enumerable.Range(0, Count).Where(i => !rows.AsSpan(i * dimension, dimension).ContainsAnyExcept(0f))];
    }

    public int Count { get; }

    public float[] Rows { get; }

    public IReadOnlyList<Array> Columns { get; }

    /// <summary>The rows that are all zeros, ascending: the cosine metric has no direction for them.</summary>
    public int[] ZeroRows { get; }

    /// <summary>One segment with all the rows of several.</summary>
    public static ReferenceSegment Merge(int dimension, IReadOnlyList<ReferenceSegment> segments)
    {
        var rows = new float[segments.Sum(s => s.Rows.Length)];
        var columns = segments[0].Columns.Select(c => Array.CreateInstance(c.GetType().GetElementType()!, rows.Length / dimension)).ToArray();
        var start = 0;
        foreach (var segment in segments)
        {
            segment.Rows.CopyTo(rows, start * dimension);
            for (var i = 0; i < columns.Length; i++)
                segment.Columns[i].CopyTo(columns[i], start);
            start += segment.Count;
        }
        return new ReferenceSegment(dimension, rows, columns);
    }
}
