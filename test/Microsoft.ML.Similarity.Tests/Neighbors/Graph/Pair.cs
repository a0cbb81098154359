using Microsoft.ML.Similarity.Neighbors;
using Microsoft.ML.Similarity.Neighbors.Index;
using Microsoft.ML.Similarity.Tests.Neighbors.Index;

namespace Microsoft.ML.Similarity.Tests.Neighbors.Graph;

/// <summary>Two indexes of the same rows, one with a graph, one exact.</summary>
internal sealed class Pair : IDisposable
{
    public Pair(VectorSet rows, ApproximateMode mode, NeighborMetric metric = NeighborMetric.Euclidean)
    {
        Ids = ExactnessTests.Ids(rows.Count);
        new Random(rows.Count).Shuffle(Ids);
        Approximate = NeighborIndex.Build(rows.Values, rows.Dimension, Ids, options: new() { Metric = metric, Mode = mode });
        Exact = NeighborIndex.Build(rows.Values, rows.Dimension, Ids, options: new() { Metric = metric, Mode = SearchMode.Exact });
    }

    public long[] Ids { get; }

    public NeighborIndex Approximate { get; }

    public NeighborIndex Exact { get; }

    /// <summary>
    /// The share of the neighbours found that are as near as the true ones. Each has the distance it has in the exact search, and there are as many.
    /// </summary>
    public double Recall(VectorSet queries, int k, NeighborFilter? filter = null)
    {
        var (ids, distances, counts) = Search(Approximate, queries, k, filter);
        var (exactIds, exactDistances, exactCounts) = Search(Exact, queries, k, filter);
        Assert.That(counts, Is.EqualTo(exactCounts));
        int hits = 0, all = 0;
        for (var i = 0; i < queries.Count; i++)
        {
            var known = exactIds.AsSpan(i * k, counts[i]).ToArray().Zip(exactDistances.AsSpan(i * k, counts[i]).ToArray()).ToDictionary();
            var found = ids.AsSpan(i * k, counts[i]).ToArray();
            Assert.That(distances.AsSpan(i * k, counts[i]).ToArray(), Is.Ordered);
            Assert.That(found.Where(known.ContainsKey), Is.EqualTo(known.Keys.Where(new HashSet<long>(found).Contains)), "ties as in the exact search");
            for (var j = i * k; j < (i * k) + counts[i]; j++)
            {
                if (known.TryGetValue(ids[j], out var distance))
                    Assert.That(distances[j], Is.EqualTo(distance));
                hits += distances[j] <= exactDistances[(i * k) + counts[i] - 1] ? 1 : 0;
                all++;
            }
        }
        return all == 0 ? 1 : (double)hits / all;
    }

    public static (long[] Ids, float[] Distances, int[] Counts) Search(NeighborIndex index, VectorSet queries, int k, NeighborFilter? filter = null)
    {
        var (ids, distances, counts) = (new long[queries.Count * k], new float[queries.Count * k], new int[queries.Count]);
        index.SearchBatch(queries.Values, k, ids, distances, counts, filter);
        return (ids, distances, counts);
    }

    public void Dispose()
    {
        Approximate.Dispose();
        Exact.Dispose();
    }
}
