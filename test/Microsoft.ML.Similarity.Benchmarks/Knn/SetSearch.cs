using System.Diagnostics;
using Microsoft.ML.Similarity.Neighbors.Graph;
using Microsoft.ML.Similarity.Neighbors.Index;

namespace Microsoft.ML.Similarity.Benchmarks.Knn;

/// <summary>Searches an index of the rows of a set for its queries.</summary>
internal sealed class SetSearch(NeighborIndex index, KnnSet set)
{
    private const int K = KnnSet.Neighbors;
    private const int AllocationRounds = 5;

    private readonly long[] _ids = new long[set.QueryCount * K];
    private readonly float[] _distances = new float[set.QueryCount * K];
    private readonly int[] _counts = new int[set.QueryCount];

    /// <summary>Of the last search of all queries.</summary>
    public double Recall => set.Recall(_ids, _counts);

    private GraphEffort[] Efforts => index.Numbered.Current.Segment.Graph!.Shape.Efforts;

    /// <summary>How long all queries take together.</summary>
    public double Batch(int threads)
    {
        var clock = Stopwatch.StartNew();
        Ask(threads);
        return clock.Elapsed.TotalSeconds;
    }

    /// <summary>How long the first of the queries take, one after the other.</summary>
    public double OneByOne(int queries)
    {
        var clock = Stopwatch.StartNew();
        AskOneByOne(queries);
        return clock.Elapsed.TotalSeconds;
    }

    /// <summary>The bytes of managed memory that a query allocates on all threads, alone or in a batch by two, once all is warm.</summary>
    public double Allocated(int queries)
    {
        return Math.Max(Of(() => AskOneByOne(queries)) / queries, Of(() => Ask(threads: 2)) / set.QueryCount);

        // The least of some rounds: the runtime's own threads allocate now and then.
        static double Of(Action search)
        {
            var least = double.PositiveInfinity;
            for (var round = 0; round < AllocationRounds; round++)
            {
                var before = GC.GetTotalAllocatedBytes(precise: true);
                search();
                least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
            }
            return least;
        }
    }

    /// <summary>The least effort that finds the share of the neighbours, looked for as the calibration of an index does; null if none does.</summary>
    public GraphEffort? EffortFor(double recall, int threads)
    {
        if (LeastWhere(K, set.Count, width => RecallOf(width, width) >= recall) is not { } width)
            return null;
        var verified = LeastWhere(K, width, verified => RecallOf(width, verified) >= recall)!.Value;
        return new GraphEffort(K, width, verified, RecallOf(width, verified), width);

        double RecallOf(int width, int verified)
        {
            Set(new GraphEffort(K, width, verified, 0, width));
            Batch(threads);
            return Recall;
        }
    }

    /// <summary>The least number with a property that larger ones have too; null if the largest does not have it.</summary>
    public static int? LeastWhere(int least, int most, Func<int, bool> has)
    {
        var without = least - 1;
        var with = least;
        while (!has(with))
        {
            if (with == most)
                return null;
            (without, with) = (with, Math.Min(2 * with, most));
        }
        while (with - without > 1)
        {
            var middle = (without + with) / 2;
            if (has(middle))
                with = middle;
            else
                without = middle;
        }
        return with;
    }

    /// <summary>Searches with an effort in place of the calibrated one from now on.</summary>
    public void Set(GraphEffort effort)
    {
        var at = Array.FindIndex(Efforts, each => each.Neighbors >= K);
        Efforts[at] = effort with { Neighbors = Efforts[at].Neighbors };
    }

    // As a batch of the index with the option for so many threads does.
    private void Ask(int threads) => index.Numbered.Search(set.Queries, set.QueryCount, K, _ids, _distances, _counts, filter: null, threads);

    private void AskOneByOne(int queries)
    {
        for (var i = 0; i < queries; i++)
            _counts[i] = index.Search(set.Queries.AsSpan(i * set.Dimension, set.Dimension), _ids.AsSpan(i * K, K), _distances.AsSpan(i * K, K));
    }
}
