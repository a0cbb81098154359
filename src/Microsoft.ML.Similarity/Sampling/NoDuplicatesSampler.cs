namespace Microsoft.ML.Similarity.Sampling;

/// <summary>
/// Deals pairs, or other tuples of items, so that no item is in two rows of a batch: for ranking losses, to which the items of the other rows are
/// negatives, and an item that is there twice a wrong one.
/// </summary>
/// <remarks>
/// <para>
/// One epoch is every row at least once, in random order: a row that shares an item with one already in the batch waits for a
/// later batch, and none is left out. Where the rows still to be dealt do not fill a batch, it is topped up with rows dealt before. So an epoch
/// has at least as many batches as the rows fill, and at least as many as the most frequent item has rows.
/// </para>
/// <para>
/// An error, which names that item, says so where this would be more than 10 times as many batches as the rows fill, and where a batch
/// cannot be filled without an item twice, neither by rows in random order nor by those of the rarest items first. A row may have the same item twice
/// itself. Takes time in proportion to the number of rows, unless most rows share items.
/// </para>
/// </remarks>
public sealed record NoDuplicatesSampler : Sampler
{
    internal override IReadOnlyList<string> Needs => [nameof(SampledRows.Items)];

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The rows have no items, or too few rows without common items.</exception>
    public override int[] Epoch(SampledRows rows, int batchSize, int seed)
    {
        var size = Check(rows, batchSize);
        var items = rows.ItemIndex ?? throw Lacks(nameof(SampledRows.Items));
        if (size == 0)
            return [];
        return Array.ConvertAll(new NoDuplicatesDealer(items, size, new Random(seed)).Deal(), place => rows.Rows[place]);
    }
}
