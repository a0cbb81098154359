using Microsoft.ML.Runtime;
using Microsoft.ML.Similarity.Encoders;
using Microsoft.ML.Similarity.Losses;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Training;

/// <summary>
/// What is learned from data of one shape: its examples (rows, pairs, …), how an epoch deals them, which rows each of them
/// needs embedded, and the loss of those embeddings.
/// </summary>
/// <param name="features">The rows that examples are made of; on the training device.</param>
internal abstract class Objective(FeatureStore features) : IDisposable
{
    public FeatureStore Features { get; } = features;

    /// <summary>The rows trained on, whose statistics standardise the inputs.</summary>
    public abstract int[] Rows { get; }

    /// <summary>The number of examples trained on.</summary>
    public abstract int Count { get; }

    /// <summary>The number of classes trained on; 0 where examples have none.</summary>
    public virtual int ClassCount => 0;

    /// <summary>The labels of the classes the loss knows, as text; none where examples have none.</summary>
    public virtual IReadOnlyList<string> Classes => [];

    /// <summary>What the learning rate is best multiplied with for the weights of the loss.</summary>
    public virtual double LossLearningRateFactor => 1;

    /// <summary>Makes the loss's computing part, with the weights it trains; called once, before the first step.</summary>
    /// <param name="encoder">The network's declaration.</param>
    /// <param name="generator">Draws initial weights; of the CPU.</param>
    /// <param name="device">Where to train.</param>
    /// <param name="previous">What the loss had learned in the training that this one continues, to be taken up where it fits; or null.</param>
    /// <param name="channel">Hears whether it was, or null.</param>
    public abstract nn.Module CreateLoss(Encoder encoder, Generator generator, Device device, LossState? previous = null, IChannel? channel = null);

    /// <summary>The batches of one epoch, one after another.</summary>
    /// <returns>Examples, which <see cref="RowsOf"/> and <see cref="Loss"/> take; a multiple of the smaller of batch size and <see cref="Count"/>.</returns>
    public abstract int[] Epoch(int batchSize, int seed);

    /// <summary>The rows of <see cref="Features"/> that a batch needs, in the order in which <see cref="Loss"/> wants them embedded.</summary>
    public abstract int[] RowsOf(ReadOnlySpan<int> examples);

    /// <summary>As <see cref="RowsOf"/>, on the training device: from [examples] to [rows] int64. Only where <see cref="FeatureStore.IsOnDevice"/>.</summary>
    public abstract Tensor RowsAt(Tensor examples);

    /// <summary>Whether <see cref="Loss"/> asks the batch only for its index on the device, not for its examples on the host.</summary>
    public abstract bool IsOnDevice { get; }

    /// <summary>The loss of a batch.</summary>
    /// <param name="embeddings">The embeddings of <see cref="RowsOf"/>.</param>
    /// <param name="batch">The batch.</param>
    public abstract BatchLoss Loss(Tensor embeddings, in TrainingBatch batch);

    /// <summary>What is learned, and from what, for a checkpoint to be told from one of another training.</summary>
    public abstract IEnumerable<KeyValuePair<string, string>> Description { get; }

    public abstract void Dispose();
}
