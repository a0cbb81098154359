using Microsoft.ML.Similarity.Neighbors.Graph;

namespace Microsoft.ML.Similarity.Neighbors.Index;

/// <summary>What a <see cref="NeighborIndex"/> holds. Bytes are those of native or mapped memory.</summary>
public sealed record NeighborIndexStatistics
{
    internal NeighborIndexStatistics()
    {
    }

    /// <summary>Rows that searches can return.</summary>
    public int Rows { get; internal init; }

    /// <summary>Different vectors among the rows of the last build, each stored once.</summary>
    public int DistinctRows { get; internal init; }

    /// <summary>Rows added since the last build, whose distances every search computes.</summary>
    public int AddedRows { get; internal init; }

    /// <summary>Rows removed since the last build, whose memory the next one frees.</summary>
    public int RemovedRows { get; internal init; }

    /// <summary>Of the vectors: 4 bytes a value, dimensions padded to a multiple of 16.</summary>
    public long VectorBytes { get; internal init; }

    /// <summary>Of the codes that searches compare; 0 where codes do not pay.</summary>
    public long CodeBytes { get; internal init; }

    /// <summary>Of the links of the graph; 0 where searches are exact.</summary>
    public long GraphBytes { get; internal init; }

    /// <summary>Of the ids.</summary>
    public long IdBytes { get; internal init; }

    /// <summary>Of the payload columns.</summary>
    public long PayloadBytes { get; internal init; }

    /// <summary>Of the lists of rows with the same vector.</summary>
    public long DuplicateBytes { get; internal init; }

    /// <summary>How long the last build took; zero for an opened file.</summary>
    public TimeSpan BuildTime { get; internal init; }

    /// <summary>
    /// How thorough searches for 10 neighbours are, or for the most neighbours that there are rows to calibrate for; null where searches are
    /// exact.
    /// </summary>
    public CalibratedSearch? Search { get; internal init; }

    /// <summary>Of all parts.</summary>
    public long TotalBytes => VectorBytes + CodeBytes + GraphBytes + IdBytes + PayloadBytes + DuplicateBytes;

    internal static NeighborIndexStatistics Of<TId>(Snapshot<TId> snapshot)
        where TId : notnull
    {
        var (segment, table) = (snapshot.Segment, snapshot.Segment.Table);
        return new()
        {
            Rows = snapshot.Count,
            DistinctRows = table.Nodes.Count + (table.ZeroRows.IsEmpty ? 0 : 1),
            AddedRows = snapshot.Delta.Count - snapshot.DeltaRemovedCount,
            RemovedRows = snapshot.RemovedCount + snapshot.DeltaRemovedCount,
            VectorBytes = ((long)table.Nodes.Count * table.Nodes.Stride * sizeof(float)) + snapshot.Delta.Bytes,
            CodeBytes = segment.Graph?.Memory.CodeBytes ?? segment.Filter?.Memory.Bytes ?? 0,
            GraphBytes = segment.Graph?.Memory.LinkBytes ?? 0,
            IdBytes = segment.Ids.Bytes,
            PayloadBytes = segment.Payload.Bytes,
            DuplicateBytes = table.ChainStarts.Length + table.ChainRows.Length + table.ZeroRowsBlock.Length,
            BuildTime = segment.BuildTime,
            Search = segment.Graph == null ? null : Calibrated(segment.Graph.Shape),
        };
    }

    private static CalibratedSearch Calibrated(GraphShape shape)
    {
        var effort = shape.Efforts.LastOrDefault(effort => effort.Neighbors <= GraphCalibration.UsualNeighbors);
        return new(effort.Neighbors, shape.TargetRecall, effort.Recall, effort.Width, effort.Verified);
    }
}
