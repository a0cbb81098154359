using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Similarity.Rows;

namespace Microsoft.ML.Similarity.Neighbors;

/// <summary>Reads the rows of a view as reference segments.</summary>
internal sealed class ReferenceReader
{
    private readonly int _dimension;
    private readonly NeighborMetric _metric;
    private readonly IReadOnlyList<ColumnReader> _columns;
    private readonly List<ReferenceSegment> _segments = [];
    private readonly int _segmentRows;
    private float[] _rows = [];
    private int _count;

    private ReferenceReader(int dimension, NeighborMetric metric, IReadOnlyList<ColumnReader> columns)
    {
        _dimension = dimension;
        _metric = metric;
        _columns = columns;
        _segmentRows = ReferenceSet.SegmentRows(dimension);
    }

    /// <param name="environment">Told how many rows were left out.</param>
    /// <param name="view">The rows to read.</param>
    /// <param name="features">The view's feature column.</param>
    /// <param name="metric">The metric to prepare the rows for.</param>
    /// <param name="output">Says what the rows must carry; meets their values.</param>
    /// <param name="ids">Where rows are told apart by a column; meets their values.</param>
    /// <param name="rowIds">Where to note the view's own ids of the rows taken, or null.</param>
    /// <exception cref="InvalidOperationException">A feature is NaN or infinite, or no row was taken.</exception>
    public static IReadOnlyList<ReferenceSegment> Read(
        IHostEnvironment environment,
        IDataView view,
        DataViewSchema.Column features,
        NeighborMetric metric,
        NeighborOutput output,
        ReferenceIds? ids,
        List<DataViewRowId>? rowIds)
    {
        var needed = output.Required(view.Schema).Append(features);
        if (ids is not null)
            needed = needed.Append(ids.Required(view.Schema));
        using var channel = environment.Register("KNearestNeighbors").Start("Reading reference rows");
        using var cursor = view.GetRowCursor(needed);
        var columns = new List<ColumnReader>(output.CreateReaders(cursor));
        if (ids is not null)
            columns.Add(new ColumnReader<int>(ids.CreateReader(cursor)));
        var reader = new FeatureReader(cursor, features);
        var rows = new ReferenceReader(reader.Dimension, metric, columns);
        var id = cursor.GetIdGetter();
        DataViewRowId rowId = default;
        var leftOut = 0L;
        while (cursor.MoveNext())
        {
            if (!columns.TrueForAll(c => c.Read()))
            {
                leftOut++;
                continue;
            }
            rows.Append(in reader.ReadFinite(cursor.Position));
            id(ref rowId);
            rowIds?.Add(rowId);
        }
        rows.Flush();
        if (leftOut > 0)
            channel.Warning(MessageSensitivity.None, "{0} rows without a label were left out.", leftOut);
        return rows._segments.Count > 0 ? rows._segments : throw new InvalidOperationException(output.DescribeEmpty());
    }

    private void Append(ref readonly VBuffer<float> features)
    {
        if (_count == _segmentRows)
            Flush();
        var start = _count * _dimension;
        if (start == _rows.Length)
            Array.Resize(ref _rows, Math.Min(_segmentRows, Math.Max(256, _count * 2)) * _dimension);
        var row = _rows.AsSpan(start, _dimension);
        features.CopyTo(row);
        if (_metric == NeighborMetric.Cosine)
            Directions.Normalize(row);
        foreach (var column in _columns)
            column.Append();
        _count++;
    }

    private void Flush()
    {
        if (_count == 0)
            return;
        Array.Resize(ref _rows, _count * _dimension);
        _segments.Add(new ReferenceSegment(_dimension, _rows, [.. _columns.Select(c => c.Take())]));
        _rows = [];
        _count = 0;
    }
}
