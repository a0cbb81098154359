using Microsoft.ML.Similarity.Neighbors;
using Microsoft.ML.Similarity.Neighbors.Index;
using Microsoft.ML.Similarity.Neighbors.Vectors;

namespace Microsoft.ML.Similarity.Tests.Neighbors.Index;

/// <summary>Neighbours by computing and sorting all distances.</summary>
internal static unsafe class BruteForce
{
    public static (TId Id, float Distance)[] Search<TId>(
        NeighborMetric metric, VectorSet rows, IReadOnlyList<TId> ids, IComparer<TId> order, ReadOnlySpan<float> query, int k, Func<int, bool>? allows = null)
        where TId : notnull
    {
        var stride = Padding.ForFloats(rows.Dimension);
        using var memory = AlignedMemory.For<float>(2 * stride);
        float* q = (float*)memory.Pointer, x = q + stride;
        var largest = rows.Values.Length == 0 ? 0 : rows.Values.Max(MathF.Abs);
        var scaling = RowScaling.For(metric, largest);
        var hasDirection = scaling.Prepare(query, q);
        var all = new List<(TId Id, float Compared)>();
        for (var row = 0; row < rows.Count; row++)
        {
            if (allows != null && !allows(row))
                continue;
            var compared = !scaling.Prepare(rows[row], x) || !hasDirection ? RowScaling.SquaredDistanceOne
                : metric == NeighborMetric.InnerProduct ? -FloatKernels<Product, LanesScalar>.One(q, x, stride)
                : FloatKernels<SquaredDifference, LanesScalar>.One(q, x, stride);
            all.Add((ids[row], compared));
        }
        return [.. all.OrderBy(row => row.Compared).ThenBy(row => row.Id, order).Take(k).Select(row => (row.Id, scaling.Distance(row.Compared)))];
    }

    /// <summary>Fails unless the index finds what brute force does, for each query alone and for all together.</summary>
    public static void Check(NeighborIndex index, VectorSet rows, long[] ids, VectorSet queries, int k, NeighborFilter? filter = null, Func<int, bool>? allows = null)
    {
        var (batchIds, batchDistances, counts) = (new long[queries.Count * k], new float[queries.Count * k], new int[queries.Count]);
        index.SearchBatch(queries.Values, k, batchIds, batchDistances, counts, filter);
        var (singleIds, singleDistances) = (new long[k], new float[k]);
        for (var i = 0; i < queries.Count; i++)
        {
            var expected = Search(index.Metric, rows, ids, Comparer<long>.Default, queries[i], k, allows);
            var found = index.Search(queries[i], singleIds, singleDistances, filter);
            Assert.That(singleIds.Take(found).Zip(singleDistances), Is.EqualTo(expected), $"query {i}");
            Assert.That(batchIds.Skip(i * k).Take(counts[i]).Zip(batchDistances.Skip(i * k)), Is.EqualTo(expected), $"query {i} of the batch");
        }
    }
}
