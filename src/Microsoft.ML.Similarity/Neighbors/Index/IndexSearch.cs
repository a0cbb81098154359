using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.ML.Similarity.Neighbors.Exact;
using Microsoft.ML.Similarity.Neighbors.Vectors;

namespace Microsoft.ML.Similarity.Neighbors.Index;

/// <summary>Searches a snapshot: its segment by the engine, rows added since one by one.</summary>
internal sealed unsafe class IndexSearch<TId>(NeighborMetric metric, int dimension, IComparer<TId> order) : IDisposable
    where TId : notnull
{
    // The memory of a search is that of so many queries or places at once.
    private const int SliceQueries = 1024;
    private const int SlicePlaces = 1 << 22;

    private readonly Reusable<SearchScratch> _scratches = new(() => new SearchScratch());

    public void Dispose() => _scratches.Dispose();

    public void Run(
        Snapshot<TId> snapshot, ReadOnlySpan<float> queries, int count, int k, Span<TId> ids, Span<float> distances, Span<int> counts,
        NeighborFilter? filter, int threads)
    {
        FiniteValues.Check(queries, dimension, "Query");
        var places = Math.Min(k, snapshot.Segment.Table.RowCount + snapshot.Delta.Count);
        if (places == 0)
        {
            counts[..count].Clear();
            return;
        }
        var bits = filter?.Bits(snapshot);
        var slice = Math.Clamp(SlicePlaces / places, 1, SliceQueries);
        var scratch = _scratches.Take();
        for (var first = 0; first < count; first += slice)
        {
            var part = Math.Min(slice, count - first);
            var vectors = queries.Slice(first * dimension, part * dimension);
            Run(snapshot, vectors, part, places, counts.Slice(first, part), bits, threads, scratch, out var keys);
            for (var i = 0; i < part; i++)
            {
                var at = (first + i) * k;
                for (var j = 0; j < counts[first + i]; j++)
                {
                    var key = keys[((long)i * places) + j];
                    ids[at + j] = IdOf(snapshot, key);
                    distances[at + j] = snapshot.Segment.Scaling.Distance(DistanceKey.Distance(key));
                }
            }
        }
        _scratches.Return(scratch);
        GC.KeepAlive(bits);
    }

    private void Run(
        Snapshot<TId> snapshot, ReadOnlySpan<float> queries, int count, int places, Span<int> counts, FilterBits? bits, int threads,
        SearchScratch scratch, out ulong* keys)
    {
        var stride = Padding.ForFloats(dimension);
        var queryBytes = (long)count * stride * sizeof(float);
        var memory = scratch.Reserve(queryBytes + ((long)count * places * sizeof(ulong)) + ((long)count * sizeof(int)));
        var prepared = new FloatRows(memory.As<float>(), count, dimension);
        keys = (ulong*)(memory.Pointer + queryBytes);
        var found = (int*)(keys + ((long)count * places));
        for (var i = 0; i < count; i++)
            snapshot.Segment.Scaling.Prepare(queries.Slice(i * dimension, dimension), prepared.Row(i));

        var mask = new RowMask(Pointer(bits?.Rows), Pointer(snapshot.Removed));
        snapshot.Segment.Searcher.Search(prepared, places, mask, keys, found, threads);
        for (var i = 0; i < count; i++)
        {
            var list = new KeyList<TId>(snapshot, order, keys + ((long)i * places), places, found[i]);
            var isZero = metric == NeighborMetric.Cosine && !queries.Slice(i * dimension, dimension).ContainsAnyExcept(0f);
            if (isZero)
                list.SetAll(mask);
            else
                list.AddZeroRows(mask);
            if (metric == NeighborMetric.InnerProduct)
                list.AddDelta<Product>(prepared.Row(i), stride, bits, isZero);
            else
                list.AddDelta<SquaredDifference>(prepared.Row(i), stride, bits, isZero);
            counts[i] = list.Count;
        }
    }

    private static TId IdOf(Snapshot<TId> snapshot, ulong key)
    {
        var row = DistanceKey.Row(key);
        return row >= 0 ? snapshot.Segment.Ids[row] : snapshot.Delta.IdOf(row & int.MaxValue);
    }

    // Of an array that does not move.
    private static ulong* Pointer(ulong[]? bits) =>
        bits == null ? null : (ulong*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(bits));
}
