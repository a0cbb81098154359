using System.Text.Json.Serialization;

namespace Microsoft.ML.Similarity.Sampling;

/// <summary>Decides which rows are together in a batch. A declaration: immutable and comparable by value.</summary>
[JsonDerivedType(typeof(ClassSampler), "class")]
[JsonDerivedType(typeof(ShuffleSampler), "shuffle")]
[JsonDerivedType(typeof(NoDuplicatesSampler), "noDuplicates")]
[JsonDerivedType(typeof(CategorySampler), "category")]
[JsonDerivedType(typeof(WeightedSampler), "weighted")]
[JsonDerivedType(typeof(DistributedSampler), "distributed")]
public abstract record Sampler
{
    /// <summary>The batches of one epoch, one after another.</summary>
    /// <param name="rows">The rows to sample from; not changed.</param>
    /// <param name="batchSize">The rows of a batch, at least 1; if there are fewer rows than this, a batch is all rows.</param>
    /// <param name="seed">Decides all that is random; the same seed gives the same epoch.</param>
    /// <returns>Row numbers; the length is a multiple of the smaller of <paramref name="batchSize"/> and the number of rows.</returns>
    /// <remarks>A training asks for one epoch at a time, while the one before it is trained: from any thread, and for one that may not come.</remarks>
    /// <exception cref="InvalidOperationException">The rows lack what the sampler needs, or do not allow its batches.</exception>
    public abstract int[] Epoch(SampledRows rows, int batchSize, int seed);

    /// <summary>What it must know of the rows, by the names of the properties of <see cref="SampledRows"/>.</summary>
    internal virtual IReadOnlyList<string> Needs => [];

    /// <summary>The error of a sampler that needs what the rows lack.</summary>
    /// <param name="property">The property of <see cref="SampledRows"/> that is null.</param>
    protected InvalidOperationException Lacks(string property) =>
        new($"{GetType().Name} needs {nameof(SampledRows)}.{property}, but the rows have none.");

    // The size of every batch.
    private protected static int Check(SampledRows rows, int batchSize)
    {
        ArgumentNullException.ThrowIfNull(rows);
        return batchSize >= 1
            ? Math.Min(batchSize, rows.Count)
            : throw new ArgumentOutOfRangeException(nameof(batchSize), batchSize, "batchSize must be at least 1.");
    }
}
