namespace Microsoft.ML.Similarity.Evaluation;

/// <summary>How far two partitions of the same rows agree, whatever their parts are called.</summary>
internal sealed class ClusterAgreement
{
    private readonly long _rows;
    private readonly Dictionary<int, long> _left = [];
    private readonly Dictionary<int, long> _right = [];
    private readonly Dictionary<(int Left, int Right), long> _joint = [];

    /// <param name="left">The part of each row; at least one row.</param>
    /// <param name="right">The part of each row in the other partition.</param>
    public ClusterAgreement(ReadOnlySpan<int> left, ReadOnlySpan<int> right)
    {
        if (left.Length != right.Length || left.IsEmpty)
            throw new ArgumentException($"The partitions have {left.Length} and {right.Length} rows; they need equally many, at least 1.", nameof(right));
        _rows = left.Length;
        for (var row = 0; row < left.Length; row++)
        {
            Count(_left, left[row]);
            Count(_right, right[row]);
            Count(_joint, (left[row], right[row]));
        }
    }

    // Every measure divides 0 by 0 for some equal partitions, such as one part against one part.
    private bool AreEqual => _joint.Count == _left.Count && _joint.Count == _right.Count;

    /// <summary>Mutual information over the arithmetic mean of the entropies.</summary>
    public double NormalizedMutualInformation => AreEqual ? 1 : MutualInformation / MeanEntropy;

    /// <summary>
    /// Mutual information less what partitions with parts of these sizes share by chance, over its largest value so lessened.
    /// </summary>
    public double AdjustedMutualInformation
    {
        get
        {
            if (AreEqual)
                return 1;
            var expected = ExpectedMutualInformation();
            return (MutualInformation - expected) / (MeanEntropy - expected);
        }
    }

    /// <summary>Agreement about pairs of rows less what is due to chance.</summary>
    public double AdjustedRandIndex
    {
        get
        {
            if (AreEqual)
                return 1;
            var (left, right, joint) = (Pairs(_left.Values), Pairs(_right.Values), Pairs(_joint.Values));
            var expected = left * right / Pairs([_rows]);
            return (joint - expected) / ((left + right) / 2 - expected);
        }
    }

    private double MeanEntropy => (Entropy(_left.Values) + Entropy(_right.Values)) / 2;

    private double MutualInformation
    {
        get
        {
            var sum = 0d;
            foreach (var ((left, right), count) in _joint)
                sum += Information(count, _left[left], _right[right]);
            return Math.Max(sum, 0);
        }
    }

    private static void Count<T>(Dictionary<T, long> counts, T part) where T : notnull =>
        counts[part] = counts.GetValueOrDefault(part) + 1;

    private static double Pairs(IEnumerable<long> sizes) => sizes.Sum(x => x * (x - 1) / 2);

    private double Entropy(IEnumerable<long> sizes) => -sizes.Sum(x => (double)x / _rows * Math.Log((double)x / _rows));

    private double Information(long joint, long left, long right) =>
        (double)joint / _rows * Math.Log((double)joint * _rows / ((double)left * right));

    // Vinh, Epps and Bailey, "Information Theoretic Measures for Clusterings Comparison", 2010: the size of an intersection is
    // hypergeometric. Parts of equal size have equal terms.
    private double ExpectedMutualInformation()
    {
        var logFactorials = LogFactorials((int)_rows);
        var sum = 0d;
        foreach (var (left, leftParts) in _left.Values.CountBy(x => x))
        {
            foreach (var (right, rightParts) in _right.Values.CountBy(x => x))
                sum += (double)leftParts * rightParts * Expected(left, right);
        }
        return sum;

        double Expected(long left, long right)
        {
            var constant = logFactorials[left] + logFactorials[right] + logFactorials[_rows - left] + logFactorials[_rows - right] - logFactorials[_rows];
            var sum = 0d;
            for (var joint = Math.Max(1, left + right - _rows); joint <= Math.Min(left, right); joint++)
            {
                var probability = Math.Exp(constant - logFactorials[joint] - logFactorials[left - joint] - logFactorials[right - joint]
                    - logFactorials[_rows - left - right + joint]);
                sum += Information(joint, left, right) * probability;
            }
            return sum;
        }
    }

    /// <summary>ln n! for n from 0, summed with the rounding errors carried along (Kahan).</summary>
    private static double[] LogFactorials(int largest)
    {
        var values = new double[largest + 1];
        var error = 0d;
        for (var n = 1; n <= largest; n++)
        {
            var term = Math.Log(n) - error;
            values[n] = values[n - 1] + term;
            error = values[n] - values[n - 1] - term;
        }
        return values;
    }
}
