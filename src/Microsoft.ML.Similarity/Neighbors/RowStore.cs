using Microsoft.ML.Data;

namespace Microsoft.ML.Similarity.Neighbors;

/// <summary>Gathers rows for a <see cref="ReferenceSet"/>.</summary>
internal sealed class RowStore(int dimension, NeighborMetric metric)
{
    private readonly List<ReferenceSegment> _segments = [];
    private readonly int _segmentRows = ReferenceSet.SegmentRows(dimension);
    private float[] _rows = [];
    private int _pending;

    public int Count { get; private set; }

    /// <summary>Keeps a copy of a row; its values are finite.</summary>
    public void Add(ref readonly VBuffer<float> values)
    {
        var row = Next();
        values.CopyTo(row);
        if (metric == NeighborMetric.Cosine)
            Directions.Normalize(row);
    }

    /// <summary>Keeps a copy of a row of a set of the same metric.</summary>
    public void AddPrepared(ReadOnlySpan<float> row) => row.CopyTo(Next());

    public ReferenceSet ToSet()
    {
        Flush();
        return new(dimension, metric, _segments);
    }

    private Span<float> Next()
    {
        if (_pending == _segmentRows)
            Flush();
        var start = _pending * dimension;
        if (start == _rows.Length)
            Array.Resize(ref _rows, Math.Min(_segmentRows, Math.Max(64, _pending * 2)) * dimension);
        _pending++;
        Count++;
        return _rows.AsSpan(start, dimension);
    }

    private void Flush()
    {
        if (_pending == 0)
            return;
        Array.Resize(ref _rows, _pending * dimension);
        _segments.Add(new ReferenceSegment(dimension, _rows, []));
        _rows = [];
        _pending = 0;
    }
}
