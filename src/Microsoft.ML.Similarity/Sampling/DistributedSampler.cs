namespace Microsoft.ML.Similarity.Sampling;

/// <summary>One process's share of the batches of another sampler, for training by several processes at once.</summary>
/// <remarks>
/// <para>
/// <see cref="Inner"/> deals an epoch of global batches of batchSize × <see cref="WorldSize"/> rows; of each, the process of rank r takes
/// the rows from r × batchSize on. So one epoch of a process has as many batches as the inner epoch has global ones; with the same
/// seed and rows, the shares of all processes do not overlap in place and together are the inner epoch.
/// </para>
/// <para>
/// What the inner sampler promises of a batch holds for the global batch, so also that no row is in the shares of two processes at
/// the same step, if it lets no row be twice in a batch.
/// </para>
/// </remarks>
public sealed record DistributedSampler : Sampler
{
    /// <summary>What deals the global batches. Default a <see cref="ShuffleSampler"/>.</summary>
    public Sampler Inner
    {
        get;
        init => field = value ?? throw new ArgumentNullException(nameof(Inner));
    } = new ShuffleSampler();

    /// <summary>The number of this process, from 0 and below <see cref="WorldSize"/>. Default 0.</summary>
    public int Rank
    {
        get;
        init => field = value >= 0 ? value : throw new ArgumentOutOfRangeException(nameof(Rank), value, "Rank must be at least 0.");
    }

    /// <summary>The number of processes, at least 1. Default 1.</summary>
    public int WorldSize
    {
        get;
        init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(WorldSize), value, "WorldSize must be at least 1.");
    } = 1;

    internal override IReadOnlyList<string> Needs => Inner.Needs;

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">
    /// Rank is not below WorldSize, the rows do not fill one global batch, or the inner sampler cannot deal them.
    /// </exception>
    public override int[] Epoch(SampledRows rows, int batchSize, int seed)
    {
        var size = Check(rows, batchSize);
        if (Rank >= WorldSize)
            throw new InvalidOperationException($"Rank must be below WorldSize; got Rank {Rank} and WorldSize {WorldSize}.");
        if (WorldSize == 1 || size == 0)
            return Inner.Epoch(rows, batchSize, seed);
        var global = (long)batchSize * WorldSize;
        if (rows.Count < global)
        {
            throw new InvalidOperationException(
                $"A global batch is {WorldSize} processes × {batchSize} rows, but there are only {rows.Count} rows. Lower the batch size to at most {rows.Count / WorldSize}.");
        }
        var plan = Inner.Epoch(rows, (int)global, seed);
        var share = new int[plan.Length / WorldSize];
        for (var step = 0; step < share.Length / size; step++)
            plan.AsSpan((step * WorldSize + Rank) * size, size).CopyTo(share.AsSpan(step * size));
        return share;
    }
}
