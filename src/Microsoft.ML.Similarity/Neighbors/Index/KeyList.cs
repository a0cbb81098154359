using Microsoft.ML.Similarity.Neighbors.Exact;
using Microsoft.ML.Similarity.Neighbors.Vectors;

namespace Microsoft.ML.Similarity.Neighbors.Index;

/// <summary>A query's neighbours in order, which rows that no engine knows are put among.</summary>
/// <remarks>The numbers of rows added since the segment have their highest bit set.</remarks>
internal unsafe ref struct KeyList<TId>(Snapshot<TId> snapshot, IComparer<TId> order, ulong* keys, int places, int count)
    where TId : notnull
{
    private const int Added = int.MinValue;

    public int Count { get; private set; } = count;

    /// <summary>All rows of the segment, whatever their vectors: a query of zeros is as far from each.</summary>
    public void SetAll(RowMask mask)
    {
        Count = 0;
        for (var row = 0; row < snapshot.Segment.Table.RowCount && Count < places; row++)
        {
            if (mask.IsEmpty || mask.Allows(row))
                keys[Count++] = DistanceKey.Create(RowScaling.SquaredDistanceOne, row);
        }
    }

    /// <summary>The segment's rows without direction.</summary>
    public void AddZeroRows(RowMask mask)
    {
        foreach (var row in snapshot.Segment.Table.ZeroRows)
        {
            if ((mask.IsEmpty || mask.Allows(row)) && !Add(DistanceKey.Create(RowScaling.SquaredDistanceOne, row)))
                break;   // those after it are as far
        }
    }

    /// <summary>The rows added since the segment.</summary>
    public void AddDelta<TTerm>(float* query, int stride, FilterBits? bits, bool isZero)
        where TTerm : struct, IMetricTerm
    {
        var delta = snapshot.Delta;
        for (var first = 0; first < delta.Count; first += 4)
        {
            // Rows lie together by fours; those past the count are zeros, or rows that this snapshot does not know.
            var row = delta.Row(first);
            var sums = FloatKernels<TTerm>.Four(query, row, row + stride, row + (2 * stride), row + (3 * stride), stride);
            var distances = TTerm.Distance(sums);
            for (var i = first; i < Math.Min(first + 4, delta.Count); i++)
            {
                if (snapshot.IsDeltaRemoved(i) || (bits != null && !RowBits.Contains(bits.DeltaRows, i)))
                    continue;
                Add(DistanceKey.Create(isZero || delta.IsZero(i) ? RowScaling.SquaredDistanceOne : distances[i - first], i | Added));
            }
        }
    }

    private bool Add(ulong key)
    {
        if (Count == places && !IsBefore(key, keys[Count - 1]))
            return false;
        var hole = Count < places ? Count++ : Count - 1;
        for (; hole > 0 && IsBefore(key, keys[hole - 1]); hole--)
            keys[hole] = keys[hole - 1];
        keys[hole] = key;
        return true;
    }

    private readonly bool IsBefore(ulong key, ulong other)
    {
        var isTie = key >> 32 == other >> 32 && ((DistanceKey.Row(key) | DistanceKey.Row(other)) & Added) != 0;
        return isTie ? order.Compare(IdOf(key), IdOf(other)) < 0 : key < other;
    }

    private readonly TId IdOf(ulong key)
    {
        var row = DistanceKey.Row(key);
        return row >= 0 ? snapshot.Segment.Ids[row] : snapshot.Delta.IdOf(row & ~Added);
    }
}
