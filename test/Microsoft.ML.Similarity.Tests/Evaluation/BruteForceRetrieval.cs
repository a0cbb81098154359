namespace Microsoft.ML.Similarity.Tests.Evaluation;

/// <summary>The metrics of retrieval by their definitions, in float64 with a full stable sort; shares nothing with the library.</summary>
internal sealed class BruteForceRetrieval
{
    private readonly List<(bool[] Relevant, int R)> _rankings = [];

    public BruteForceRetrieval(
        float[][] queries, int[] queryClasses, float[][] references, int[] referenceClasses, bool leaveOneOut, Func<float[], float[], double> distance)
        : this(queries, references, (q, r) => referenceClasses[r] == queryClasses[q], leaveOneOut, distance)
    {
    }

    /// <param name="queries">The rows to search for.</param>
    /// <param name="references">The rows to search in.</param>
    /// <param name="isRelevant">Of the numbers of a query and a reference.</param>
    /// <param name="leaveOneOut">A query does not find the reference of its own number.</param>
    /// <param name="distance">Ranks the references.</param>
    public BruteForceRetrieval(
        float[][] queries, float[][] references, Func<int, int, bool> isRelevant, bool leaveOneOut, Func<float[], float[], double> distance)
    {
        for (var q = 0; q < queries.Length; q++)
        {
            var relevant = Enumerable.Range(0, references.Length)
                .Where(r => !leaveOneOut || r != q)
                .OrderBy(r => distance(queries[q], references[r]))
                .Select(r => isRelevant(q, r))
                .ToArray();
            var count = relevant.Count(x => x);
            if (count > 0)
                _rankings.Add((relevant, count));
            else
                Unmatched++;
        }
    }

    public int Unmatched { get; }

    public int Queries => _rankings.Count;

    public double PrecisionAt1 => _rankings.Average(x => x.Relevant[0] ? 1d : 0);

    public double RPrecision => _rankings.Average(x => x.Relevant.Take(x.R).Count(y => y) / (double)x.R);

    public double MeanAveragePrecisionAtR => _rankings.Average(x => Precisions(x.Relevant, x.R) / x.R);

    public double MeanAveragePrecision => _rankings.Average(x => Precisions(x.Relevant, x.Relevant.Length) / x.R);

    public double MeanReciprocalRank => _rankings.Average(x => 1d / (Array.IndexOf(x.Relevant, true) + 1));

    public double RecallAt(int k) => _rankings.Average(x => x.Relevant.Take(k).Any(y => y) ? 1d : 0);

    public double NdcgAt(int k) => _rankings.Average(x => Gain(x.Relevant.Take(k)) / Gain(Enumerable.Repeat(true, Math.Min(k, x.R))));

    public static double SquaredEuclidean(float[] a, float[] b) => a.Zip(b, (x, y) => ((double)x - y) * ((double)x - y)).Sum();

    public static double NegatedInnerProduct(float[] a, float[] b) => -Dot(a, b);

    public static double Cosine(float[] a, float[] b)
    {
        var norms = Math.Sqrt(Dot(a, a)) * Math.Sqrt(Dot(b, b));
        return norms == 0 ? 1 : 1 - (Dot(a, b) / norms);
    }

    private static double Dot(float[] a, float[] b) => a.Zip(b, (x, y) => (double)x * y).Sum();

    private static double Precisions(bool[] relevant, int depth) =>
        Enumerable.Range(1, depth).Where(rank => relevant[rank - 1]).Sum(rank => relevant.Take(rank).Count(y => y) / (double)rank);

    private static double Gain(IEnumerable<bool> relevant) => relevant.Select((x, i) => x ? 1 / Math.Log2(i + 2) : 0).Sum();
}
