namespace Microsoft.ML.Similarity.Sampling;

/// <summary>Draws places without replacement in proportion to their weights, in O(log n) a draw.</summary>
/// <remarks>
/// A tree of sums. A draw's sums are computed anew rather than subtracted from, so that rounding does not add up, and a place taken out
/// can never be drawn. Rejecting what is already drawn would take long where few rows have most of the weight.
/// </remarks>
internal sealed class WeightedUrn
{
    private readonly IReadOnlyList<float> _weights;
    private readonly double[] _sums;
    private readonly int _leaves;
    private readonly List<int> _drawn = [];

    public WeightedUrn(IReadOnlyList<float> weights)
    {
        _weights = weights;
        _leaves = 1;
        while (_leaves < weights.Count)
            _leaves *= 2;
        _sums = new double[2 * _leaves];
        for (var i = 0; i < weights.Count; i++)
            _sums[_leaves + i] = weights[i];
        for (var node = _leaves - 1; node > 0; node--)
            _sums[node] = _sums[2 * node] + _sums[2 * node + 1];
    }

    /// <summary>Whether no place with a weight above 0 is left.</summary>
    public bool IsEmpty => _sums[1] == 0;

    /// <param name="point">Where to draw, from 0 to 1.</param>
    public int Draw(double point)
    {
        var rest = point * _sums[1];
        var node = 1;
        while (node < _leaves)
        {
            node *= 2;
            // Rounding may point beyond the last weight.
            if (rest < _sums[node] || _sums[node + 1] == 0)
                continue;
            rest -= _sums[node];
            node++;
        }
        _drawn.Add(node - _leaves);
        Set(node, 0);
        return node - _leaves;
    }

    /// <summary>Puts back all that was drawn.</summary>
    public void Refill()
    {
        foreach (var place in _drawn)
            Set(_leaves + place, _weights[place]);
        _drawn.Clear();
    }

    private void Set(int node, double weight)
    {
        _sums[node] = weight;
        while ((node /= 2) > 0)
            _sums[node] = _sums[2 * node] + _sums[2 * node + 1];
    }
}
