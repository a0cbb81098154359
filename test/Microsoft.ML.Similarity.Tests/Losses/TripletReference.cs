namespace Microsoft.ML.Similarity.Tests.Losses;

/// <summary>The triplet loss as its definition says it: three loops over the rows.</summary>
/// <param name="Value">The weighted mean of the losses above 0.</param>
/// <param name="Slope">Its derivative by each distance d(a, b).</param>
/// <param name="ActiveFraction">The share of selected triplets with a loss.</param>
internal sealed record TripletReference(double Value, double[,] Slope, double ActiveFraction)
{
    /// <param name="distances">d(a, b).</param>
    /// <param name="labels">The class of each row.</param>
    /// <param name="weights">The weight of each anchor, or null.</param>
    /// <param name="margin">Added to d(a,p) - d(a,n).</param>
    /// <param name="soft">log(1 + exp(x)) in place of max(0, x).</param>
    /// <param name="selected">Which triplets count, by d(a,n) - d(a,p).</param>
    public static TripletReference Compute(
        double[,] distances, long[] labels, double[]? weights, double margin, bool soft, Func<int, int, int, bool> selected)
    {
        var rows = labels.Length;
        var slope = new double[rows, rows];
        var (sum, share, active, all) = (0.0, 0.0, 0, 0);
        for (var a = 0; a < rows; a++)
        {
            for (var p = 0; p < rows; p++)
            {
                for (var n = 0; n < rows; n++)
                {
                    if (p == a || labels[p] != labels[a] || labels[n] == labels[a] || !selected(a, p, n))
                        continue;
                    all++;
                    var x = distances[a, p] - distances[a, n] + margin;
                    var loss = soft ? Math.Log(1 + Math.Exp(x)) : Math.Max(0, x);
                    if (loss == 0)
                        continue;
                    active++;
                    var weight = weights?[a] ?? 1;
                    sum += weight * loss;
                    share += weight;
                    var derivative = weight * (soft ? 1 / (1 + Math.Exp(-x)) : 1);
                    slope[a, p] += derivative;
                    slope[a, n] -= derivative;
                }
            }
        }
        if (share > 0)
        {
            sum /= share;
            for (var i = 0; i < rows; i++)
            {
                for (var j = 0; j < rows; j++)
                    slope[i, j] /= share;
            }
        }
        return new(sum, slope, all == 0 ? 0 : (double)active / all);
    }
}
