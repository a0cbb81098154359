namespace Microsoft.ML.Similarity.Neighbors.Index;

/// <summary>What searches that begin now see: an immutable segment, rows added since, and which of both were removed.</summary>
/// <param name="Segment">Most rows.</param>
/// <param name="Removed">Rows of the segment that are no more; null: none.</param>
/// <param name="RemovedCount">How many.</param>
/// <param name="Delta">Rows added since.</param>
/// <param name="DeltaRemoved">Of these, those that are no more; null: none.</param>
/// <param name="DeltaRemovedCount">How many.</param>
internal sealed record Snapshot<TId>(
    Segment<TId> Segment, ulong[]? Removed, int RemovedCount, DeltaRows<TId> Delta, ulong[]? DeltaRemoved, int DeltaRemovedCount)
    where TId : notnull
{
    /// <summary>Rows that searches can return.</summary>
    public int Count => Segment.Table.RowCount - RemovedCount + Delta.Count - DeltaRemovedCount;

    /// <summary>Whether it is not the segment as it was made.</summary>
    public bool IsChanged => RemovedCount + Delta.Count > 0;

    public bool IsRemoved(int row) => RowBits.Contains(Removed, row);

    public bool IsDeltaRemoved(int row) => RowBits.Contains(DeltaRemoved, row);
}
