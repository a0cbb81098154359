using Microsoft.ML.Similarity.Miners;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Losses;

/// <summary>The computing part of a <see cref="Loss"/>; its parameters, if any, are trained with the encoder's and saved as the model's <see cref="LossState"/>.</summary>
public abstract class LossModule(string name) : nn.Module<EmbeddedBatch, TupleSelection?, LossValue>(name)
{
    /// <summary>The loss of a batch.</summary>
    /// <param name="batch">The embeddings and their relation.</param>
    /// <param name="selection">The tuples a miner chose, or null for all that the relation gives.</param>
    public abstract override LossValue forward(EmbeddedBatch batch, TupleSelection? selection);
}
