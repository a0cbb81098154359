namespace Microsoft.ML.Similarity.Benchmarks.Knn;

/// <summary>Neighbours by computing all distances, in double precision.</summary>
internal static class BruteForce
{
    public static double SquaredDistance(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        double sum = 0;
        for (var i = 0; i < left.Length; i++)
        {
            var difference = (double)left[i] - right[i];
            sum += difference * difference;
        }
        return sum;
    }

    /// <returns>The nearest rows of each query, the nearest first; the smaller number first where distances are equal.</returns>
    public static int[] Search(float[] rows, float[] queries, int dimension, int neighbors)
    {
        int count = rows.Length / dimension, queryCount = queries.Length / dimension;
        var nearest = new int[queryCount * neighbors];
        Parallel.For(0, queryCount, query =>
        {
            var farthestFirst = new PriorityQueue<int, (double, int)>(Comparer<(double, int)>.Create((x, y) => y.CompareTo(x)));
            for (var row = 0; row < count; row++)
            {
                var distance = SquaredDistance(queries.AsSpan(query * dimension, dimension), rows.AsSpan(row * dimension, dimension));
                if (farthestFirst.Count < neighbors)
                    farthestFirst.Enqueue(row, (distance, row));
                else
                    farthestFirst.EnqueueDequeue(row, (distance, row));
            }
            for (var i = neighbors - 1; i >= 0; i--)
                nearest[(query * neighbors) + i] = farthestFirst.Dequeue();
        });
        return nearest;
    }
}
