namespace Microsoft.ML.Similarity.Sampling;

/// <summary>Draws rows in proportion to their <see cref="SampledRows.Weights"/>, such as rare classes more often than frequent ones.</summary>
/// <remarks>
/// One epoch is as many draws as there are rows, rounded up to whole batches. From batch to batch rows are drawn with replacement: a
/// row can be in many batches of an epoch, or in none, and a row of weight 0 is in none. Within a batch they are drawn without: no row is
/// twice in a batch, unless fewer rows than a batch has weights above 0; these then are all in it before one comes again.
/// </remarks>
public sealed record WeightedSampler : Sampler
{
    internal override IReadOnlyList<string> Needs => [nameof(SampledRows.Weights)];

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The rows have no weights, or all weights are 0.</exception>
    public override int[] Epoch(SampledRows rows, int batchSize, int seed)
    {
        var size = Check(rows, batchSize);
        var weights = rows.Weights ?? throw Lacks(nameof(SampledRows.Weights));
        if (size == 0)
            return [];
        var urn = new WeightedUrn(weights);
        if (urn.IsEmpty)
            throw new InvalidOperationException($"All {rows.Count} weights are 0; at least one must be above 0.");
        var random = new Random(seed);
        var plan = new int[(rows.Count + size - 1) / size * size];
        for (var i = 0; i < plan.Length; i++)
        {
            if (i % size == 0 || urn.IsEmpty)
                urn.Refill();
            plan[i] = rows.Rows[urn.Draw(random.NextDouble())];
        }
        return plan;
    }
}
