using Microsoft.ML.Similarity.Neighbors.Index;

namespace Microsoft.ML.Similarity.Neighbors;

/// <summary>Finds the neighbours of queries without those rows that a query must not have. Holds scratch memory: for one thread.</summary>
internal sealed class NeighborSearch(FrozenIndex index, NeighborResults results)
{
    private readonly List<int> _again = [];
    private float[] _queries = [];
    private long[] _rows = [];
    private float[] _distances = [];
    private int[] _counts = [];

    /// <param name="slots">The slots of the queries, ascending. Their values are finite.</param>
    /// <param name="excludes">Whether a slot's query must not have a row as its neighbour; null excludes none.</param>
    /// <param name="spare">About how many rows are excluded for a query: as many more are looked for at once.</param>
    /// <param name="filter">The rows that any query may have; null for all.</param>
    public void Run(ReadOnlySpan<int> slots, Func<int, int, bool>? excludes = null, int spare = 0, NeighborFilter? filter = null)
    {
        if (slots.IsEmpty)
            return;
        var places = (int)Math.Min((long)results.NumberOfNeighbors + spare, index.Count);
        Search(Gather(slots), slots.Length, places, filter);
        _again.Clear();
        for (var i = 0; i < slots.Length; i++)
        {
            if (!Take(slots[i], i, places, excludes))
                _again.Add(slots[i]);
        }
        foreach (var slot in _again)
        {
            var more = places;
            do
            {
                more = (int)Math.Min(2L * more, index.Count);
                Search(results.Query(slot), 1, more, filter);
            }
            while (!Take(slot, 0, more, excludes));
        }
    }

    private ReadOnlySpan<float> Gather(ReadOnlySpan<int> slots)
    {
        var dimension = index.Dimension;
        if (slots[^1] - slots[0] == slots.Length - 1)
            return results.Queries.AsSpan(slots[0] * dimension, slots.Length * dimension);
        Grow(ref _queries, slots.Length * dimension);
        for (var i = 0; i < slots.Length; i++)
            results.Query(slots[i]).CopyTo(_queries.AsSpan(i * dimension));
        return _queries.AsSpan(0, slots.Length * dimension);
    }

    private void Search(ReadOnlySpan<float> queries, int count, int places, NeighborFilter? filter)
    {
        Grow(ref _rows, checked(count * places));
        Grow(ref _distances, _rows.Length);
        Grow(ref _counts, count);
        index.Search(queries, count, places, _rows.AsSpan(0, count * places), _distances.AsSpan(0, count * places), _counts.AsSpan(0, count), filter);
    }

    /// <returns>False where more rows are to be looked at.</returns>
    private bool Take(int slot, int found, int places, Func<int, int, bool>? excludes)
    {
        var k = results.NumberOfNeighbors;
        var taken = 0;
        for (var i = found * places; i < (found * places) + _counts[found] && taken < k; i++)
        {
            var row = (int)_rows[i];
            if (excludes is not null && excludes(slot, row))
                continue;
            results.AllRows[(slot * k) + taken] = row;
            results.AllDistances[(slot * k) + taken++] = _distances[i];
        }
        results.Counts[slot] = taken;
        return taken == k || _counts[found] < places || places == index.Count;
    }

    private static void Grow<T>(ref T[] values, int length)
    {
        if (values.Length < length)
            values = new T[length];
    }
}
