using System.Collections.Concurrent;
using System.Numerics.Tensors;

namespace Microsoft.ML.Similarity.Evaluation;

/// <summary>k-means by Lloyd's iterations from k-means++ seeds, the best of several starts, in double precision.</summary>
/// <remarks>
/// Arthur and Vassilvitskii, "k-means++: The Advantages of Careful Seeding", 2007. O(rows · clusters · dimension) time for an
/// iteration. The result is the same for any number of threads.
/// </remarks>
internal sealed class KMeans
{
    private const int Starts = 10;
    private const int MaximumIterations = 300;
    private const int RowsAtOnce = 256;

    private readonly UsableRows _rows;
    private readonly int _dimension;
    private readonly double[] _centres;
    private readonly long[] _sizes;
    private readonly int[] _clusters;
    private readonly double[] _distances;
    private int _count;

    private KMeans(UsableRows rows, int clusters)
    {
        _rows = rows;
        _dimension = rows.Dimension;
        _centres = new double[clusters * _dimension];
        _sizes = new long[clusters];
        _clusters = new int[rows.Count];
        _distances = new double[rows.Count];
    }

    /// <summary>The cluster of each row, from 0; fewer clusters where there are fewer different rows.</summary>
    /// <param name="rows">At least one.</param>
    /// <param name="clusters">How many are wanted; at least 1.</param>
    /// <param name="seed">Of the starts.</param>
    public static int[] Cluster(UsableRows rows, int clusters, int seed)
    {
        var random = new Random(seed);
        var means = new KMeans(rows, clusters);
        int[] best = [];
        var least = double.PositiveInfinity;
        for (var start = 0; start < Starts; start++)
        {
            var sum = means.Run(random);
            if (sum < least)
                (least, best) = (sum, [.. means._clusters]);
        }
        return best;
    }

    private Span<double> Centre(int cluster) => _centres.AsSpan(cluster * _dimension, _dimension);

    private double Run(Random random)
    {
        Seed(random);
        for (var iteration = 0; iteration < MaximumIterations && Assign(0, _count); iteration++)
            MoveCentres();
        return TensorPrimitives.SumOfSquares(_distances);
    }

    private void Seed(Random random)
    {
        Array.Fill(_clusters, -1);
        Array.Fill(_distances, double.PositiveInfinity);
        var next = random.Next(_rows.Count);
        _count = 0;
        do
        {
            TensorPrimitives.ConvertTruncating(_rows[next], Centre(_count));
            Assign(_count, _count + 1);
            _count++;
            next = _count < _sizes.Length ? Draw(random) : -1;
        }
        while (next >= 0);
        Array.Fill(_clusters, -1);
    }

    // By the square of the distance to the nearest centre; -1 where every row is a centre already.
    private int Draw(Random random)
    {
        var target = random.NextDouble() * TensorPrimitives.SumOfSquares(_distances);
        var (sum, drawn) = (0d, -1);
        for (var row = 0; row < _distances.Length && (drawn < 0 || sum <= target); row++)
        {
            if (_distances[row] == 0)
                continue;
            drawn = row;
            sum += _distances[row] * _distances[row];
        }
        return drawn;
    }

    /// <summary>
    /// Finds the nearest centre of each row among those of a range, and among the centres already known where the range does not
    /// begin with the first. Whether any row changed its cluster.
    /// </summary>
    private bool Assign(int first, int end)
    {
        var changed = 0;
        Parallel.ForEach(Partitioner.Create(0, _rows.Count, RowsAtOnce), () => new double[_dimension], (range, _, values) =>
        {
            for (var row = range.Item1; row < range.Item2; row++)
            {
                TensorPrimitives.ConvertTruncating(_rows[row], values);
                var (cluster, least) = first == 0 ? (-1, double.PositiveInfinity) : (_clusters[row], _distances[row]);
                for (var i = first; i < end; i++)
                {
                    var distance = TensorPrimitives.Distance<double>(values, Centre(i));
                    if (distance < least)
                        (cluster, least) = (i, distance);
                }
                if (cluster != _clusters[row])
                    Volatile.Write(ref changed, 1);
                _clusters[row] = cluster;
                _distances[row] = least;
            }
            return values;
        }, _ => { });
        return changed != 0;
    }

    private void MoveCentres()
    {
        Array.Clear(_sizes);
        foreach (var cluster in _clusters)
            _sizes[cluster]++;
        FillEmptyClusters();
        Array.Clear(_centres);
        var values = new double[_dimension];
        for (var row = 0; row < _clusters.Length; row++)
        {
            TensorPrimitives.ConvertTruncating(_rows[row], values);
            var centre = Centre(_clusters[row]);
            TensorPrimitives.Add(centre, values, centre);
        }
        for (var cluster = 0; cluster < _count; cluster++)
            TensorPrimitives.Divide(Centre(cluster), _sizes[cluster], Centre(cluster));
    }

    // A cluster that lost its rows gets the row farthest from its centre, of those that are not alone in theirs.
    private void FillEmptyClusters()
    {
        for (var cluster = 0; cluster < _count; cluster++)
        {
            if (_sizes[cluster] > 0)
                continue;
            var farthest = -1;
            for (var row = 0; row < _distances.Length; row++)
            {
                if (_sizes[_clusters[row]] > 1 && (farthest < 0 || _distances[row] > _distances[farthest]))
                    farthest = row;
            }
            _sizes[_clusters[farthest]]--;
            _sizes[cluster] = 1;
            _clusters[farthest] = cluster;
            _distances[farthest] = 0;
        }
    }
}
