namespace Microsoft.ML.Similarity.Training.Pairs;

/// <summary>Pairs, or triplets, read once.</summary>
/// <param name="rows">The rows they are made of.</param>
/// <param name="parts">For each column of rows, each pair's row.</param>
/// <param name="targets">What is known of each pair, 0 or 1 for Booleans; or null.</param>
/// <param name="weights">What each pair weighs, or null.</param>
/// <param name="ownsRows">Whether the rows go when the pairs go.</param>
internal sealed class PairSet(FeatureStore rows, int[][] parts, float[]? targets, float[]? weights, bool ownsRows) : IDisposable
{
    public FeatureStore Rows { get; } = rows;

    public IReadOnlyList<int[]> Parts { get; } = parts;

    public float[]? Targets { get; } = targets;

    public float[]? Weights { get; } = weights;

    public int Count => Parts[0].Length;

    public void Dispose()
    {
        if (ownsRows)
            Rows.Dispose();
    }
}
