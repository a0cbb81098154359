namespace Microsoft.ML.Similarity.Evaluation;

/// <summary>The numbers of neighbours k at which recall and NDCG are given, and the discounts of NDCG.</summary>
internal sealed class RetrievalCutoffs
{
    private static readonly int[] Default = [1, 5, 10];

    private readonly int[] _values;
    private readonly double[] _idealGains;

    /// <param name="cutoffs">Each at least 1; null for 1, 5 and 10.</param>
    /// <param name="references">No rank is larger than this.</param>
    public RetrievalCutoffs(IReadOnlyList<int>? cutoffs, int references)
    {
        _values = [.. (cutoffs ?? Default).Distinct().Order()];
        if (_values is [< 1, ..])
            throw new ArgumentOutOfRangeException(nameof(cutoffs), $"A cutoff is {_values[0]}; every number of neighbours must be at least 1.");

        var largest = Math.Min(_values.LastOrDefault(), references);
        _idealGains = new double[largest + 1];
        for (var rank = 1; rank <= largest; rank++)
            _idealGains[rank] = _idealGains[rank - 1] + Discount(rank);
    }

    public ReadOnlySpan<int> Values => _values;

    public static double Discount(int rank) => 1 / Math.Log2(rank + 1d);

    /// <summary>The gain of the best possible order: the relevant rows first.</summary>
    public double IdealGain(int relevant, int cutoff) => _idealGains[Math.Min(relevant, Math.Min(cutoff, _idealGains.Length - 1))];
}
