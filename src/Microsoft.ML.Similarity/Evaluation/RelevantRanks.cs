namespace Microsoft.ML.Similarity.Evaluation;

/// <summary>
/// The ranks of the relevant rows among all references, which is all that the metrics of retrieval depend on. Takes
/// O(N log R) in the worst case and O(N) mostly: nothing but the R relevant rows is sorted.
/// </summary>
/// <remarks>
/// Every reference counts into the slot of the first relevant row that does not precede it; running sums of the slots are
/// the ranks. A table over equal intervals of distance narrows each search to the few relevant rows in one interval:
/// (distance - nearest) · scale never decreases with the distance, rounding included, so the table is exact.
/// One instance serves one thread.
/// </remarks>
internal sealed class RelevantRanks
{
    // Most intervals are to hold no relevant row, and few of them several; the table stays in the second-level cache.
    private const int IntervalsPerRow = 16;
    private const int MaximumIntervals = 1 << 15;

    private ulong[] _keys = [];
    private int[] _counts = [];
    private readonly int[] _starts = new int[MaximumIntervals + 2];

    /// <summary>The ranks, from 1 and ascending; valid until the next call.</summary>
    /// <param name="distances">The query's distance to every reference; equal ones rank in the order of the references.</param>
    /// <param name="relevant">The references that belong together with the query, in any order.</param>
    /// <param name="self">The reference that is the query itself and does not take part, or -1.</param>
    public ReadOnlySpan<int> Find(Span<float> distances, ReadOnlySpan<int> relevant, int self)
    {
        if (self >= 0)
            distances[self] = float.PositiveInfinity;   // behind every other, and not counted

        var count = 0;
        var nearest = float.PositiveInfinity;
        var farthest = float.NegativeInfinity;
        foreach (var row in relevant)
        {
            if (row == self)
                continue;
            nearest = Math.Min(nearest, distances[row]);
            farthest = Math.Max(farthest, distances[row]);
            count++;
        }
        if (count == 0)
            return [];

        if (_counts.Length <= count)
        {
            _keys = new ulong[count + 1];   // one more is read, whatever it holds, behind the last
            _counts = new int[count + 1];
        }
        var table = new Intervals(nearest, farthest, (int)Math.Min((long)IntervalsPerRow * count, MaximumIntervals));
        Sort(distances, relevant, self, table);
        Count(distances, table, _counts.AsSpan(0, count + 1));
        for (var i = 1; i < count; i++)
            _counts[i] += _counts[i - 1];
        return _counts.AsSpan(0, count);
    }

    // By interval, then within each: afterwards _starts[i] .. _starts[i + 1] are the keys in interval i.
    private void Sort(ReadOnlySpan<float> distances, ReadOnlySpan<int> relevant, int self, Intervals table)
    {
        var starts = _starts.AsSpan(0, table.Count + 2);
        starts.Clear();
        foreach (var row in relevant)
        {
            if (row != self)
                starts[table.IndexOf(distances[row]) + 2]++;
        }
        for (var i = 2; i < starts.Length; i++)
            starts[i] += starts[i - 1];
        foreach (var row in relevant)
        {
            if (row != self)
                _keys[starts[table.IndexOf(distances[row]) + 1]++] = Key(distances[row], row);
        }
        for (var i = 0; i < table.Count; i++)
        {
            if (starts[i + 1] - starts[i] > 1)
                _keys.AsSpan(starts[i]..starts[i + 1]).Sort();
        }
    }

    private void Count(ReadOnlySpan<float> distances, Intervals table, Span<int> counts)
    {
        counts.Clear();
        var keys = _keys.AsSpan();
        var starts = _starts.AsSpan(0, table.Count + 1);
        for (var row = 0; row < distances.Length; row++)
        {
            var distance = distances[row];
            if (distance > table.Farthest)
                continue;
            var interval = table.IndexOf(distance);
            var key = Key(distance, row);
            var low = starts[interval];
            var high = starts[interval + 1];
            while (high - low > 1)
            {
                var middle = (low + high) >>> 1;
                if (keys[middle] < key)
                    low = middle + 1;
                else
                    high = middle;
            }
            // The usual 0 or 1 rows without a branch, which nothing could predict.
            low += (high - low) & Convert.ToInt32(keys[low] < key);
            counts[low]++;
        }
    }

    /// <summary>Orders as (distance, row) do.</summary>
    private static ulong Key(float distance, int row)
    {
        var bits = BitConverter.SingleToInt32Bits(distance + 0f);   // -0 becomes 0
        var ordered = (uint)(bits ^ ((bits >> 31) | int.MinValue));
        return ((ulong)ordered << 32) | (uint)row;
    }

    /// <summary>Equal intervals between the nearest and the farthest relevant row.</summary>
    private readonly struct Intervals(float nearest, float farthest, int count)
    {
        private readonly float _scale = count / (farthest - nearest);   // infinite where they coincide: 0 · ∞ is NaN, which converts to 0

        public float Farthest => farthest;

        public int Count => count;

        public int IndexOf(float distance) => Math.Clamp((int)((distance - nearest) * _scale), 0, count - 1);
    }
}
