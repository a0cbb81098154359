namespace Microsoft.ML.Similarity.Sampling;

/// <summary>Deals the rows in random order, whatever they are: the plain sampler, for pairs and for rows without classes.</summary>
/// <remarks>
/// One epoch is every row once, in a random order of its own, and then as many of the rows that are not in the last batch, drawn at random, as
/// fill it. So an epoch is the number of rows rounded up to whole batches, and no row is twice in a batch.
/// </remarks>
public sealed record ShuffleSampler : Sampler
{
    /// <inheritdoc/>
    public override int[] Epoch(SampledRows rows, int batchSize, int seed)
    {
        var size = Check(rows, batchSize);
        if (size == 0)
            return [];
        var random = new Random(seed);
        int[] order = [.. rows.Rows];
        random.Shuffle(order);
        var last = order.Length % size;
        if (last == 0)
            return order;
        var others = order[..^last];
        random.Shuffle(others);
        return [.. order, .. others.AsSpan(0, size - last)];
    }
}
