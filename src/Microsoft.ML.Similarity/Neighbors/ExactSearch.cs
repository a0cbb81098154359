using System.Numerics;
using Microsoft.ML.Similarity.Rows;

namespace Microsoft.ML.Similarity.Neighbors;

/// <summary>Finds nearest rows by computing the distance of every query to every row.</summary>
/// <remarks>
/// Blocks of rows that fit the first-level cache are compared with all queries of a batch before the next block is read; large
/// batches are split over threads. A query's result does not depend on the batch or the threads it is searched with.
/// </remarks>
internal static class ExactSearch
{
    private const int BlockValues = 4096;
    private const int MaxBlockRows = 128;

    // Half the squared distance of unit vectors is 1 - cos, exactly 0 for equal ones; a vector of zeros shall have distance 1.
    private const float SquaredDistanceOne = 2;

    // Multiply-adds worth a thread of their own: some 100 microseconds.
    private const long WorkPerThread = 1 << 20;

    /// <summary>Fills in the neighbours of the queries in the slots 0 to <paramref name="count"/> - 1.</summary>
    /// <param name="set">The rows to search.</param>
    /// <param name="results">Queries in, neighbours out.</param>
    /// <param name="count">The number of queries.</param>
    /// <param name="excludes">Whether a slot's query must not have a row as its neighbour; null excludes none.</param>
    /// <param name="prepared">The queries are rows of a set of the metric, of unit length where that is cosine.</param>
    public static void Run(ReferenceSet set, NeighborResults results, int count, Func<int, int, bool>? excludes, bool prepared = false)
    {
        var work = (long)count * set.Count * set.Dimension;
        var threads = (int)Math.Min(Math.Min(count, Environment.ProcessorCount), work / WorkPerThread);
        if (threads < 2)
            Run(set, results, 0, count, excludes, prepared);
        else
            Parallel.For(0, threads, t => Run(set, results, (int)((long)count * t / threads), (int)((long)count * (t + 1) / threads), excludes, prepared));
    }

    private static void Run(ReferenceSet set, NeighborResults results, int from, int to, Func<int, int, bool>? excludes, bool prepared)
    {
        for (var slot = from; slot < to; slot++)
        {
            results.Counts[slot] = 0;
            var query = results.Query(slot);
            results.IsFinite(slot) = FeatureReader.IsFinite(query);
            if (set.Metric == NeighborMetric.Cosine && !prepared && results.IsFinite(slot))
                Directions.Normalize(query);
        }
        if (set.Metric == NeighborMetric.InnerProduct)
            Scan<DistanceKernels.Product>(set, results, from, to, excludes);
        else
            Scan<DistanceKernels.SquaredDifference>(set, results, from, to, excludes);
        for (var slot = from; slot < to; slot++)
            Finish(set.Metric, results, slot);
    }

    /// <summary>The distance of two rows of sets of a metric, to the bit as a search gives it.</summary>
    public static float Distance(NeighborMetric metric, ReadOnlySpan<float> query, ReadOnlySpan<float> row)
    {
        Span<float> distance = stackalloc float[1];
        if (metric == NeighborMetric.InnerProduct)
            DistanceKernels.Compute<DistanceKernels.Product>(query, row, distance);
        else
            DistanceKernels.Compute<DistanceKernels.SquaredDifference>(query, row, distance);
        if (metric == NeighborMetric.Cosine && (!query.ContainsAnyExcept(0f) || !row.ContainsAnyExcept(0f)))
            distance[0] = SquaredDistanceOne;
        return Finish(metric, distance[0]);
    }

    private static void Scan<TTerm>(ReferenceSet set, NeighborResults results, int from, int to, Func<int, int, bool>? excludes)
        where TTerm : struct, DistanceKernels.ITerm
    {
        var blockRows = Math.Clamp(BlockValues / set.Dimension, 4, MaxBlockRows);
        Span<float> distances = stackalloc float[MaxBlockRows];
        for (var s = 0; s < set.Segments.Count; s++)
        {
            var segment = set.Segments[s];
            for (var start = 0; start < segment.Count; start += blockRows)
            {
                var count = Math.Min(blockRows, segment.Count - start);
                var rows = segment.Rows.AsSpan(start * set.Dimension, count * set.Dimension);
                var block = distances[..count];
                for (var slot = from; slot < to; slot++)
                {
                    if (!results.IsFinite(slot))
                        continue;
                    var query = results.Query(slot);
                    DistanceKernels.Compute<TTerm>(query, rows, block);
                    if (set.Metric == NeighborMetric.Cosine)
                        SetZeroVectors(query, segment.ZeroRows, start, block);
                    Offer(results, slot, block, set.StartOf(s) + start, excludes);
                }
            }
        }
    }

    private static void SetZeroVectors(ReadOnlySpan<float> query, int[] zeroRows, int start, Span<float> squared)
    {
        if (!query.ContainsAnyExcept(0f))
        {
            squared.Fill(SquaredDistanceOne);
            return;
        }
        if (zeroRows.Length == 0)
            return;
        var i = Array.BinarySearch(zeroRows, start);
        for (i = i < 0 ? ~i : i; i < zeroRows.Length && zeroRows[i] < start + squared.Length; i++)
            squared[zeroRows[i] - start] = SquaredDistanceOne;
    }

    private static void Offer(NeighborResults results, int slot, ReadOnlySpan<float> distances, int firstRow, Func<int, int, bool>? excludes)
    {
        var k = results.NumberOfNeighbors;
        var heap = new NearestHeap(results.AllDistances.AsSpan(slot * k, k), results.AllRows.AsSpan(slot * k, k), results.Counts[slot]);
        for (var i = 0; i < distances.Length; i++)
        {
            if (heap.IsFull && (i % Vector<float>.Count) == 0 && NoneIsNearer(distances[i..], results.AllDistances[slot * k]))
            {
                i += Vector<float>.Count - 1;
                continue;
            }
            if (heap.Wants(distances[i]) && (excludes is null || !excludes(slot, firstRow + i)))
                heap.Push(distances[i], firstRow + i);
        }
        results.Counts[slot] = heap.Count;
    }

    private static bool NoneIsNearer(ReadOnlySpan<float> distances, float threshold) =>
        distances.Length >= Vector<float>.Count && !Vector.LessThanAny(new Vector<float>(distances), new Vector<float>(threshold));

    private static void Finish(NeighborMetric metric, NeighborResults results, int slot)
    {
        var k = results.NumberOfNeighbors;
        var distances = results.AllDistances.AsSpan(slot * k, results.Counts[slot]);
        new NearestHeap(distances, results.AllRows.AsSpan(slot * k, results.Counts[slot]), results.Counts[slot]).Sort();
        for (var i = 0; i < distances.Length; i++)
            distances[i] = Finish(metric, distances[i]);
    }

    private static float Finish(NeighborMetric metric, float distance) => metric switch
    {
        NeighborMetric.Euclidean => MathF.Sqrt(distance),
        NeighborMetric.Cosine => 0.5f * distance,
        _ => distance,
    };
}
