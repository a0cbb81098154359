using Microsoft.ML.Similarity.Losses.Pairs;
using static Microsoft.ML.Similarity.Tensors.Ranges;

namespace Microsoft.ML.Similarity.Losses.Views;

/// <summary>
/// MoCo's loss: a query, the left row, must find its key, the right row, among the keys of earlier batches, kept in a queue.
/// </summary>
/// <remarks>
/// The mean of -log(exp(q·k/T) / (exp(q·k/T) + Σ exp(q·n/T))), n over the queue, all scaled to length 1; keys get no gradient.
/// In training mode each batch's keys then take the place of the oldest in the queue; in evaluation mode the queue stays. The
/// queue begins empty, and as long as it is, there is nothing to learn: the loss is exactly 0. It is part of the module's state
/// (queue, pointer, count), so that training resumes with the same keys. Not to be evaluated twice for one batch. He et al.,
/// "Momentum Contrast for Unsupervised Visual Representation Learning" (2020). O(B · QueueSize) memory.
/// </remarks>
public sealed record InfoNceLoss : PairLoss
{
    /// <summary>T, above 0. Default 0.07, the paper's; MoCo v2 uses 0.2.</summary>
    public double Temperature { get; init => field = Above(value, 0, nameof(Temperature)); } = 0.07;

    /// <summary>How many keys the queue holds, at least 1. Default 65536, the paper's.</summary>
    public int QueueSize
    {
        get;
        init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(QueueSize), value, "QueueSize must be at least 1.");
    } = 65536;

    /// <inheritdoc/>
    protected override PairLossModule BuildModule(LossContext? context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return new InfoNceModule(this, context.Dimension);
    }
}
