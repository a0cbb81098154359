namespace Microsoft.ML.Similarity.Tests.Losses;

/// <summary>Losses as their papers write them: loops over rows, in float64.</summary>
internal static class PlainLoops
{
    public static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    public static double[,] Cosines(double[,] rows) => Each(rows, (a, b) =>
        Sum(rows, k => rows[a, k] * rows[b, k]) / (Length(rows, a) * Length(rows, b)));

    /// <summary>Euclidean distances of directions.</summary>
    public static double[,] Distances(double[,] rows) => Each(rows, (a, b) =>
        Math.Sqrt(Sum(rows, k => Math.Pow(rows[a, k] / Length(rows, a) - rows[b, k] / Length(rows, b), 2))));

    public static double SmoothAp(double[,] rows, long[] labels, double temperature)
    {
        var s = Cosines(rows);
        return AnchorsWith(labels).Select(a => 1 - Positives(labels, a).Average(p =>
        {
            double Ahead(int i) => Sigmoid((s[a, i] - s[a, p]) / temperature);
            var own = 1 + Positives(labels, a).Where(i => i != p).Sum(Ahead);
            return own / (own + Negatives(labels, a).Sum(Ahead));
        })).Average();
    }

    public static double Pnp(double[,] rows, long[] labels, double temperature, Func<double, double> penalty)
    {
        var s = Cosines(rows);
        return Enumerable.Range(0, labels.Length).Average(a => Positives(labels, a).Append(a)
            .Average(p => penalty(Negatives(labels, a).Sum(n => Sigmoid((s[a, n] - s[a, p]) / temperature)))));
    }

    /// <summary>The losses of all triplets.</summary>
    public static IEnumerable<double> Triplets(double[,] rows, long[] labels, double margin, bool soft)
    {
        var d = Distances(rows);
        return from a in AnchorsWith(labels)
               from p in Positives(labels, a)
               from n in Negatives(labels, a)
               let x = d[a, p] - Math.Min(d[a, n], d[p, n]) + margin
               select soft ? Math.Log(1 + Math.Exp(x)) : Math.Max(0, x);
    }

    /// <param name="rows">The embeddings.</param>
    /// <param name="labels">Their classes.</param>
    /// <param name="margin">m.</param>
    /// <param name="boundaries">β: one for all, or one for each class.</param>
    /// <param name="nu">ν.</param>
    public static double Margin(double[,] rows, long[] labels, double margin, double[] boundaries, double nu)
    {
        var d = Distances(rows);
        var (sum, count, cost) = (0.0, 0, 0.0);
        foreach (var a in AnchorsWith(labels))
        {
            var beta = boundaries.Length == 1 ? boundaries[0] : boundaries[labels[a]];
            foreach (var p in Positives(labels, a))
            {
                foreach (var n in Negatives(labels, a))
                {
                    double[] terms = [Math.Max(0, d[a, p] - beta + margin), Math.Max(0, beta - d[a, n] + margin)];
                    sum += terms.Sum();
                    count += terms.Count(term => term > 0);
                    cost += nu * beta;
                }
            }
        }
        return sum / count + (boundaries.Length == 1 ? nu * boundaries[0] : cost / count);
    }

    /// <summary>The losses of each anchor's pairs of one kind; without positive margin, with negative margin 1.</summary>
    public static double[][] Contrastive(double[,] rows, long[] labels, bool positive)
    {
        var d = Distances(rows);
        return [.. Enumerable.Range(0, labels.Length).Select(a => positive
            ? Positives(labels, a).Select(p => d[a, p]).ToArray()
            : Negatives(labels, a).Select(n => Math.Max(0, 1 - d[a, n])).ToArray())];
    }

    /// <summary>The derivative of a function by each of its numbers, by central differences.</summary>
    public static double[,] Slope(double[,] at, Func<double[,], double> function)
    {
        const double step = 1e-6;
        var slope = new double[at.GetLength(0), at.GetLength(1)];
        for (var i = 0; i < at.GetLength(0); i++)
        {
            for (var j = 0; j < at.GetLength(1); j++)
            {
                double Moved(double by)
                {
                    var moved = (double[,])at.Clone();
                    moved[i, j] += by;
                    return function(moved);
                }
                slope[i, j] = (Moved(step) - Moved(-step)) / (2 * step);
            }
        }
        return slope;
    }

    private static IEnumerable<int> AnchorsWith(long[] labels) => Enumerable.Range(0, labels.Length).Where(a => Positives(labels, a).Any());

    private static IEnumerable<int> Positives(long[] labels, int a) => Enumerable.Range(0, labels.Length).Where(i => i != a && labels[i] == labels[a]);

    private static IEnumerable<int> Negatives(long[] labels, int a) => Enumerable.Range(0, labels.Length).Where(i => labels[i] != labels[a]);

    private static double Length(double[,] rows, int a) => Math.Sqrt(Sum(rows, k => rows[a, k] * rows[a, k]));

    private static double Sum(double[,] rows, Func<int, double> term) => Enumerable.Range(0, rows.GetLength(1)).Sum(term);

    private static double[,] Each(double[,] rows, Func<int, int, double> value)
    {
        var count = rows.GetLength(0);
        var matrix = new double[count, count];
        for (var a = 0; a < count; a++)
        {
            for (var b = 0; b < count; b++)
                matrix[a, b] = value(a, b);
        }
        return matrix;
    }
}
