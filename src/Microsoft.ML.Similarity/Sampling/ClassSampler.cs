namespace Microsoft.ML.Similarity.Sampling;

/// <summary>
/// Fills batches with groups of rows of the same class (P classes × K rows), so that every row finds others of its class.
/// </summary>
/// <remarks>
/// <para>
/// One epoch is as many batches of exactly the same size as it takes for every row to have been in one. Rows are dealt in
/// groups of at most <see cref="RowsPerClass"/>, each class in as few groups of equal size as that allows; where they cannot
/// be equal, the last is topped up with rows of the class dealt before. A batch's last group may be cut short. A class with a single row gives
/// negatives only. No row is twice in a batch.
/// </para>
/// <para>
/// A class gets no more of a batch than its share of the data, rounded up to a whole group, and no more than half, rounded
/// up, while there are other classes; beyond that it goes only where all classes have given that much and the batch is not
/// full. So with as many classes as groups, and none of them too large, all groups of a batch are of different classes;
/// a class that has most of the data does not drown the others, whose rows are dealt again to fill the batches that its
/// rows need: an epoch is then up to about twice the data.
/// </para>
/// </remarks>
public sealed record ClassSampler : Sampler
{
    /// <summary>K, the rows of one class that are dealt together, at least 2. Default 8.</summary>
    public int RowsPerClass
    {
        get;
        init => field = value >= 2
            ? value
            : throw new ArgumentOutOfRangeException(nameof(RowsPerClass), value, "RowsPerClass must be at least 2.");
    } = 8;

    internal override IReadOnlyList<string> Needs => [nameof(SampledRows.Classes)];

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The rows have no classes.</exception>
    public override int[] Epoch(SampledRows rows, int batchSize, int seed)
    {
        Check(rows, batchSize);
        var rowsByClass = rows.RowsByClass ?? throw Lacks(nameof(SampledRows.Classes));
        var random = new Random(seed);
        if (rows.Count <= batchSize)
        {
            int[] all = [.. rowsByClass.SelectMany(r => r)];
            random.Shuffle(all);
            return all;
        }
        return new ClassDealer(rowsByClass, rows.Count, batchSize, RowsPerClass, random).Deal();
    }
}
