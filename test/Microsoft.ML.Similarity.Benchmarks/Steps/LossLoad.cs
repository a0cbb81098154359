using Microsoft.ML.Similarity.Losses;

namespace Microsoft.ML.Similarity.Benchmarks.Steps;

/// <summary>A loss alone, forward and backward, on random embeddings.</summary>
/// <param name="Name">Its own name.</param>
/// <param name="Dimension">That of the embeddings.</param>
/// <param name="Classes">The classes of the batch.</param>
/// <param name="RowsPerClass">The embeddings of each class.</param>
/// <param name="Loss">The loss.</param>
internal sealed record LossLoad(string Name, int Dimension, int Classes, int RowsPerClass, Loss Loss) : WorkLoad(Name)
{
    public override IStep CreateStep(CommandLine command) => new LossLoadStep(this, command);
}
