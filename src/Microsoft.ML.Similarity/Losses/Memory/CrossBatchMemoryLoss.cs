using Microsoft.ML.Similarity.Distances;
using Microsoft.ML.Similarity.Miners;

namespace Microsoft.ML.Similarity.Losses.Memory;

/// <summary>
/// Another loss whose anchors are compared with the rows of earlier batches, too: far more pairs than a batch has, for one more matrix product.
/// </summary>
/// <remarks>
/// The embeddings of the last <see cref="MemorySize"/> rows, which change slowly while training, are kept in a queue without gradient. The rows of
/// a batch are anchors; each is compared with the other rows of its batch, with gradient on both sides, and with the rows remembered. As
/// long as the memory is empty, or during <see cref="WarmUpSteps"/>, this is <see cref="Inner"/> of the batch alone. Then, in training
/// mode, the rows of the batch, or those that <see cref="EmbeddedBatch.Remembered"/> names, take the place of the oldest. In evaluation mode the
/// memory is used and stays. The queue is part of the module's state (embeddings, labels, pointer, count, step), so that training
/// resumes with the same rows. Not to be evaluated twice for one batch, and of rows related by labels only. Wang et al., "Cross-Batch Memory for
/// Embedding Learning" (2020). O(B · (B + MemorySize)) memory.
/// </remarks>
public sealed record CrossBatchMemoryLoss : Loss
{
    /// <summary>
    /// The loss of the anchors. Default <see cref="ContrastiveLoss"/>, which the paper gains most with. It must compare anchors with rows:
    /// losses about one batch only, and those with vectors for each class, are refused by <see cref="Loss.CreateModule"/>.
    /// Where its <see cref="Loss.Distance"/> is null, this loss's is taken.
    /// </summary>
    public Loss Inner
    {
        get;
        init => field = value ?? throw new ArgumentNullException(nameof(Inner));
    } = new ContrastiveLoss();

    /// <summary>
    /// Chooses the tuples of batch and memory, and compares as <see cref="Inner"/> does where its distance is null. Null, the default, for all tuples.
    /// A miner of the trainer, which knows the batch only, cannot take its place.
    /// </summary>
    public Miner? Miner { get; init; }

    /// <summary>How many rows are remembered, at least 1. Default 1024, pytorch-metric-learning's; the paper remembers up to all rows of the training set.</summary>
    public int MemorySize { get; init => field = AtLeast(value, 1, nameof(MemorySize)); } = 1024;

    /// <summary>
    /// For how many steps rows are remembered but not yet compared with; at least 0. Default 0, as pytorch-metric-learning. The paper waits 1000
    /// steps, until embeddings change slowly: worth it where training has many thousands.
    /// </summary>
    public int WarmUpSteps { get; init => field = AtLeast(value, 0, nameof(WarmUpSteps)); }

    internal override bool NeedsClasses => true;

    internal override string? ReferencesRefused => "it has references of its own, the rows it remembers";

    internal override Distance DefaultDistance(bool normalize) => Inner.Distance ?? Inner.DefaultDistance(normalize);

    internal override Loss Resolve(bool normalize) =>
        this with { Distance = Distance ?? DefaultDistance(normalize), Inner = Inner.Within(Distance).Resolve(normalize) };

    /// <inheritdoc/>
    /// <exception cref="ArgumentException"><see cref="Inner"/> cannot compare rows with references, or a reducer is set here and not on it.</exception>
    protected override LossModule BuildModule(LossContext? context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (Inner.ReferencesRefused is { } reason)
            throw new ArgumentException($"Inner is {Inner.GetType().Name}, which cannot compare rows with references: {reason}.", nameof(context));
        RefuseReducer("set it on the inner loss");
        var inner = Inner.Within(Distance);
        var miner = Miner is { Distance: null } ? Miner with { Distance = inner.DistanceOrDefault } : Miner;
        return new CrossBatchMemoryModule(this, inner, miner, context);
    }

    private static int AtLeast(int value, int least, string name) =>
        value >= least ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} must be at least {least}.");
}
