namespace Microsoft.ML.Similarity.Neighbors.Index;

/// <summary>The rows of a snapshot that a filter allows.</summary>
internal sealed class FilterBits
{
    private readonly object _segment;
    private readonly object _deltaOrigin;
    private readonly int _deltaCount;

    private FilterBits(object segment, object deltaOrigin, int deltaCount, ulong[] rows, ulong[] deltaRows)
    {
        (_segment, _deltaOrigin, _deltaCount) = (segment, deltaOrigin, deltaCount);
        (Rows, DeltaRows) = (rows, deltaRows);
    }

    /// <summary>A bit for each row of the segment.</summary>
    public ulong[] Rows { get; }

    /// <summary>A bit for each row added since.</summary>
    public ulong[] DeltaRows { get; }

    /// <param name="filter">Whose.</param>
    /// <param name="snapshot">Of which rows.</param>
    /// <param name="known">What may be of use still.</param>
    public static FilterBits Create<TId>(NeighborFilter filter, Snapshot<TId> snapshot, FilterBits? known)
        where TId : notnull
    {
        var rows = known?.Rows;
        if (rows == null || known!._segment != snapshot.Segment)
        {
            rows = RowBits.Create(snapshot.Segment.Table.RowCount);
            filter.Mark(snapshot.Segment, 0, rows);
        }
        var delta = snapshot.Delta;
        var seen = known != null && known._deltaOrigin == delta.Origin ? Math.Min(known._deltaCount, delta.Count) : 0;
        var deltaRows = RowBits.Create(delta.Count);
        for (var row = 0; row < seen; row++)
        {
            if (RowBits.Contains(known!.DeltaRows, row))
                RowBits.Set(deltaRows, row);
        }
        filter.Mark(delta, seen, deltaRows);
        return new FilterBits(snapshot.Segment, delta.Origin, delta.Count, rows, deltaRows);
    }

    public bool IsOf<TId>(Snapshot<TId> snapshot)
        where TId : notnull =>
        _segment == snapshot.Segment && _deltaOrigin == snapshot.Delta.Origin && _deltaCount >= snapshot.Delta.Count;
}
