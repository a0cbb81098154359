using Microsoft.ML.Similarity.Neighbors.Graph;

namespace Microsoft.ML.Similarity.Neighbors.Index;

/// <summary>What a <see cref="NeighborIndex"/> holds. Bytes are those of native or mapped memory.</summary>
/// <param name="Rows">Rows that searches can return.</param>
/// <param name="DistinctRows">Different vectors among the rows of the last build, each stored once.</param>
/// <param name="AddedRows">Rows added since the last build, which every search looks at.</param>
/// <param name="RemovedRows">Rows removed since the last build, whose memory the next one frees.</param>
/// <param name="VectorBytes">Of the vectors: 4 bytes a value, dimensions padded to a multiple of 16.</param>
/// <param name="CodeBytes">Of the codes that searches compare; 0 where codes do not pay.</param>
/// <param name="GraphBytes">Of the links of the graph; 0 where searches are exact.</param>
/// <param name="IdBytes">Of the ids.</param>
/// <param name="PayloadBytes">Of the payload columns.</param>
/// <param name="DuplicateBytes">Of the lists of rows with the same vector.</param>
/// <param name="BuildTime">How long the last build took; zero for an opened file.</param>
/// <param name="Search">How thorough searches for 10 neighbours are, or for the most neighbours that there are rows to calibrate for; null where searches are exact.</param>
public sealed record NeighborIndexStatistics(
    int Rows, int DistinctRows, int AddedRows, int RemovedRows, long VectorBytes, long CodeBytes, long GraphBytes, long IdBytes, long PayloadBytes,
    long DuplicateBytes, TimeSpan BuildTime, CalibratedSearch? Search)
{
    /// <summary>All of them together.</summary>
    public long TotalBytes => VectorBytes + CodeBytes + GraphBytes + IdBytes + PayloadBytes + DuplicateBytes;

    internal static NeighborIndexStatistics Of<TId>(Snapshot<TId> snapshot)
        where TId : notnull
    {
        var (segment, table) = (snapshot.Segment, snapshot.Segment.Table);
        return new(
            Rows: snapshot.Count,
            DistinctRows: table.Nodes.Count + (table.ZeroRows.IsEmpty ? 0 : 1),
            AddedRows: snapshot.Delta.Count - snapshot.DeltaRemovedCount,
            RemovedRows: snapshot.RemovedCount + snapshot.DeltaRemovedCount,
            VectorBytes: ((long)table.Nodes.Count * table.Nodes.Stride * sizeof(float)) + snapshot.Delta.Bytes,
            CodeBytes: segment.Graph?.Memory.CodeBytes ?? segment.Filter?.Memory.Bytes ?? 0,
            GraphBytes: segment.Graph?.Memory.LinkBytes ?? 0,
            IdBytes: segment.Ids.Bytes,
            PayloadBytes: segment.Payload.Bytes,
            DuplicateBytes: table.ChainStarts.Length + table.ChainRows.Length + table.ZeroRowsBlock.Length,
            BuildTime: segment.BuildTime,
            Search: segment.Graph == null ? null : Calibrated(segment.Graph.Shape));
    }

    private static CalibratedSearch Calibrated(GraphShape shape)
    {
        var effort = shape.Efforts.LastOrDefault(effort => effort.Neighbors <= GraphCalibration.UsualNeighbors);
        return new(effort.Neighbors, shape.TargetRecall, effort.Recall, effort.Width, effort.Verified);
    }
}
