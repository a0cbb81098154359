namespace Microsoft.ML.Similarity.Neighbors;

/// <summary>The rows among which neighbours are sought, numbered from 0 in the order they came.</summary>
/// <remarks>Never changes: adding rows gives another set, which shares the rows of this one.</remarks>
internal sealed class ReferenceSet
{
    /// <summary>Values in a full segment: 16 MiB.</summary>
    internal const int SegmentValues = 1 << 22;

    private const int MaxSmallSegments = 64;

    private readonly int[] _starts;

    public ReferenceSet(int dimension, NeighborMetric metric, IReadOnlyList<ReferenceSegment> segments)
    {
        Dimension = dimension;
        Metric = metric;
        Segments = segments;
        _starts = new int[segments.Count];
        for (var i = 0; i < segments.Count; i++)
        {
            _starts[i] = Count;
            Count = checked(Count + segments[i].Count);
        }
    }

    public int Dimension { get; }

    public NeighborMetric Metric { get; }

    public int Count { get; }

    public IReadOnlyList<ReferenceSegment> Segments { get; }

    /// <summary>How many rows fill a segment.</summary>
    public static int SegmentRows(int dimension) => Math.Max(1, SegmentValues / dimension);

    public int StartOf(int segment) => _starts[segment];

    /// <summary>The value of one of a row's columns.</summary>
    public T Value<T>(int row, int column)
    {
        var segment = SegmentOf(row);
        return ((T[])Segments[segment].Columns[column])[row - _starts[segment]];
    }

    /// <summary>A row as it is searched: of unit length under the cosine metric.</summary>
    public ReadOnlySpan<float> Row(int row)
    {
        var segment = SegmentOf(row);
        return Segments[segment].Rows.AsSpan((row - _starts[segment]) * Dimension, Dimension);
    }

    /// <summary>A set of these rows followed by others.</summary>
    public ReferenceSet With(IReadOnlyList<ReferenceSegment> added)
    {
        var segments = new List<ReferenceSegment>(Segments.Concat(added));
        var small = SegmentRows(Dimension) / 2;
        return new(Dimension, Metric, segments.Count(s => s.Count < small) > MaxSmallSegments ? Merged(segments) : segments);
    }

    private int SegmentOf(int row)
    {
        var segment = Array.BinarySearch(_starts, row);
        return segment < 0 ? ~segment - 1 : segment;
    }

    // Neighbouring small segments become one as far as a full segment goes; full ones stay shared.
    private List<ReferenceSegment> Merged(List<ReferenceSegment> segments)
    {
        var full = SegmentRows(Dimension);
        var merged = new List<ReferenceSegment>();
        var run = new List<ReferenceSegment>();
        var rows = 0;
        foreach (var segment in segments)
        {
            if (rows + segment.Count > full)
                Flush();
            run.Add(segment);
            rows += segment.Count;
        }
        Flush();
        return merged;

        void Flush()
        {
            if (run.Count > 0)
                merged.Add(run.Count == 1 ? run[0] : ReferenceSegment.Merge(Dimension, run));
            run.Clear();
            rows = 0;
        }
    }
}
