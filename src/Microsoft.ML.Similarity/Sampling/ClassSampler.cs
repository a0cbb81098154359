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
public sealed record ClassSampler
{
    /// <summary>K, the rows of one class that are dealt together, at least 2. Default 8.</summary>
    public int RowsPerClass
    {
        get;
        init => field = value >= 2
            ? value
            : throw new ArgumentOutOfRangeException(nameof(RowsPerClass), value, "RowsPerClass must be at least 2.");
    } = 8;

    /// <summary>The batches of one epoch, one after another.</summary>
    /// <param name="rowsByClass">The row numbers of each class; no class is empty.</param>
    /// <param name="batchSize">The rows of a batch; fewer if there are fewer rows.</param>
    /// <param name="seed">Decides the order; the same seed gives the same epoch.</param>
    /// <returns>Row numbers; the length is a multiple of the smaller of <paramref name="batchSize"/> and the number of rows.</returns>
    public int[] Epoch(IReadOnlyList<int[]> rowsByClass, int batchSize, int seed)
    {
        ArgumentNullException.ThrowIfNull(rowsByClass);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        var random = new Random(seed);
        var rows = rowsByClass.Sum(r => r.Length);
        if (rows <= batchSize)
        {
            int[] all = [.. rowsByClass.SelectMany(r => r)];
            random.Shuffle(all);
            return all;
        }
        return new ClassDealer(rowsByClass, rows, batchSize, RowsPerClass, random).Deal();
    }
}
