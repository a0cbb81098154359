namespace Microsoft.ML.Similarity.Benchmarks.Knn;

/// <summary>One of several things that are timed by turns.</summary>
/// <param name="run">Does it and returns the seconds.</param>
internal sealed class Arm(Func<double> run)
{
    private const double LeastSeconds = 0.1;

    private readonly List<double> _seconds = [];

    public double Median => MedianOf(_seconds);

    /// <summary>Times all of them once in each round, so that what else the machine does meets them alike.</summary>
    public static void Run(IReadOnlyList<Arm> arms, int warmUps, int rounds)
    {
        for (var round = -warmUps; round < rounds; round++)
        {
            foreach (var arm in arms)
                arm.Turn(isTimed: round >= 0);
        }
    }

    /// <summary>How many times as fast it was as another, round by round.</summary>
    public double TimesAsFastAs(Arm other) => MedianOf(other._seconds.Zip(_seconds, (theirs, own) => theirs / own));

    private static double MedianOf(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    // What takes little time is done again and again.
    private void Turn(bool isTimed)
    {
        double sum = 0;
        var count = 0;
        while (sum < LeastSeconds)
        {
            sum += run();
            count++;
        }
        if (isTimed)
            _seconds.Add(sum / count);
    }
}
