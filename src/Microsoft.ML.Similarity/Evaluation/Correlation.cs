namespace Microsoft.ML.Similarity.Evaluation;

/// <summary>Correlations of two equally long lists of finite numbers.</summary>
internal static class Correlation
{
    /// <exception cref="InvalidOperationException">There are fewer than two rows.</exception>
    public static SimilarityMetrics Evaluate(float[] labels, float[] scores, long skipped = 0)
    {
        if (labels.Length < 2)
            throw new InvalidOperationException(
                $"A correlation needs at least 2 rows; the data has {labels.Length}, without the {skipped} left out because their label or score is NaN or infinite.");
        return new(Spearman(labels, scores), Pearson(labels, scores), labels.Length, skipped);
    }

    public static double Spearman(float[] x, float[] y) => Pearson(Ranks(x), Ranks(y));

    public static double Pearson(float[] x, float[] y) => Pearson(Array.ConvertAll(x, v => (double)v), Array.ConvertAll(y, v => (double)v));

    /// <summary>From 1; equal values share the mean of their ranks.</summary>
    public static double[] Ranks(float[] values)
    {
        var sorted = (float[])values.Clone();
        var order = new int[values.Length];
        for (var i = 0; i < order.Length; i++)
            order[i] = i;
        Array.Sort(sorted, order);
        var ranks = new double[values.Length];
        for (var start = 0; start < sorted.Length;)
        {
            var end = start + 1;
            while (end < sorted.Length && sorted[end] == sorted[start])
                end++;
            foreach (var row in order.AsSpan(start..end))
                ranks[row] = (start + 1d + end) / 2;
            start = end;
        }
        return ranks;
    }

    private static double Pearson(double[] x, double[] y)
    {
        // Asked of the values, since rounding of the mean can leave a constant a tiny variance.
        if (IsConstant(x) || IsConstant(y))
            return double.NaN;
        var (meanX, meanY) = (x.Average(), y.Average());
        double xx = 0, yy = 0, xy = 0;
        for (var i = 0; i < x.Length; i++)
        {
            var (dx, dy) = (x[i] - meanX, y[i] - meanY);
            xx += dx * dx;
            yy += dy * dy;
            xy += dx * dy;
        }
        return Math.Clamp(xy / (Math.Sqrt(xx) * Math.Sqrt(yy)), -1, 1);
    }

    private static bool IsConstant(double[] values) => !values.AsSpan().ContainsAnyExcept(values[0]);
}
