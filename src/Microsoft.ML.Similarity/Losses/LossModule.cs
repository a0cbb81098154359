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

    /// <summary>
    /// What a weight or buffer has to do with the classes. A module that has any for the classes says so here: when training continues from a saved
    /// model, each class then gets its own back by its label, whatever its number is now.
    /// </summary>
    /// <param name="name">The name under which this module itself registered it.</param>
    /// <returns><see cref="ClassReference.None"/> unless overridden.</returns>
    protected internal virtual ClassReference ClassReferenceOf(string name) => ClassReference.None;
}
