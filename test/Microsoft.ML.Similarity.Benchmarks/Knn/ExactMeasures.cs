using Microsoft.ML.Similarity.Neighbors.Index;

namespace Microsoft.ML.Similarity.Benchmarks.Knn;

/// <summary>Exact search beside faiss: a batch of all queries with one and two threads, one query at a time, recall and allocations.</summary>
internal static class ExactMeasures
{
    // One at a time they take long.
    private const int Singles = 50;

    public static void Run(KnnSet set, KnnPeers peers, ReachTable table, int rounds)
    {
        using var index = NeighborIndex.Build(set.Rows, set.Dimension, [.. Enumerable.Range(0, set.Count).Select(i => (long)i)], options: new() { Mode = SearchMode.Exact });
        var search = new SetSearch(index, set);
        Arm one = new(() => search.Batch(1)), two = new(() => search.Batch(2)), single = new(() => search.OneByOne(Singles));
        using var peer = peers.Start(KnnPeers.Faiss, set);
        (Arm One, Arm Two, Arm Single)? theirs = peer == null ? null
            : (Fastest(peer, $"batch 1 {KnnSet.Neighbors} {set.QueryCount}"),
                Fastest(peer, $"batch 2 {KnnSet.Neighbors} {set.QueryCount}"),
                Fastest(peer, $"single 1 {KnnSet.Neighbors} {Singles}"));
        Arm.Run([one, two, single, .. theirs is { } arms ? (Arm[])[arms.One, arms.Two, arms.Single] : []], warmUps: 1, rounds);

        Compare(KnnMetric.ExactBatch(1), set.QueryCount, one, theirs?.One);
        Compare(KnnMetric.ExactBatch(2), set.QueryCount, two, theirs?.Two);
        Compare(KnnMetric.ExactSingle, Singles, single, theirs?.Single);
        Add(KnnMetric.ExactThreads, two.TimesAsFastAs(one), KnnReach.Of(set, KnnMetric.ExactThreads));
        search.Batch(2);
        Add(KnnMetric.ExactRecall, search.Recall, Limit.AtLeast(1));
        Add(KnnMetric.ExactAllocated, search.Allocated(Singles), Limit.AtMost(0));

        void Compare(string metric, int queries, Arm own, Arm? other)
        {
            var peerRate = other == null ? (double?)null : queries / other.Median;
            table.Add(set.Name, metric, queries / own.Median, own.Median, other == null ? null : KnnReach.Of(set, metric), set.Describe(rounds),
                other == null ? null : KnnPeers.Faiss, peerRate, other == null ? null : own.TimesAsFastAs(other));
        }

        void Add(string metric, double value, Limit? reach) => table.Add(set.Name, metric, value, null, reach, set.Describe(rounds));
    }

    // Faiss leaves BLAS for small work, which is not always the faster.
    private static Arm Fastest(PeerProcess peer, string work)
    {
        const int always = 0, never = int.MaxValue;
        var threshold = Seconds(always) <= Seconds(never) ? always : never;
        return new Arm(() => Seconds(threshold));

        double Seconds(int threshold)
        {
            peer.Ask($"blas {threshold}");
            return peer.Measure($"flat {work}").Seconds;
        }
    }
}
