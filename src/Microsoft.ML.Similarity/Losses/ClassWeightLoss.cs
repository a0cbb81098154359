using static Microsoft.ML.Similarity.Tensors.Numbers;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Losses;

/// <summary>
/// A loss that keeps trainable vectors for each class: proxies, or the weights of a classifier. They are trained
/// with the encoder, grow with the number of classes, and are saved with the model as its <see cref="LossState"/>, though embedding
/// does not need them.
/// </summary>
/// <remarks>Labels must be 0 to the number of classes - 1; tuples a miner chose do not matter.</remarks>
public abstract record ClassWeightLoss : Loss
{
    /// <summary>How many vectors a class has.</summary>
    internal virtual int VectorsPerClass => 1;

    internal sealed override bool NeedsClasses => true;

    // They begin far from where they belong, and only their directions count: at the encoder's pace they hardly get there.
    internal override double LearningRateFactor => 100;

    internal sealed override string? ReferencesRefused => "it compares them with vectors of its own for each class";

    /// <inheritdoc/>
    protected sealed override LossModule BuildModule(LossContext? context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return new ClassWeightModule(this, context);
    }

    /// <summary>Draws the first weights, [classes · vectors, dimension]; row c·k + j is vector j of class c.</summary>
    internal virtual void Initialize(Tensor weights, Generator generator) => weights.normal_(0, 1, generator);

    /// <param name="batch">The embeddings.</param>
    /// <param name="weights">As <see cref="Initialize"/> made them, as far as they are trained.</param>
    /// <param name="target">[B, classes] Booleans: the class of each row.</param>
    internal abstract LossValue Compute(EmbeddedBatch batch, Tensor weights, Tensor target);

    /// <summary>[B, vectors] cosines of the embeddings and the weights.</summary>
    private protected static Tensor Cosine(EmbeddedBatch batch, Tensor weights) =>
        Distances.UnitRows.Of(batch.Embeddings).matmul(Distances.UnitRows.Of(weights).t());

    /// <summary>The cross entropy of each row, reduced.</summary>
    private protected LossValue CrossEntropy(EmbeddedBatch batch, Tensor logits, Tensor target)
    {
        var losses = logits.logsumexp(1) - logits.masked_fill(target.logical_not(), Zero).sum(1);
        return LossValue.Of(losses, target.any(1), Reducer ?? new MeanReducer(), batch.Weights);
    }
}
