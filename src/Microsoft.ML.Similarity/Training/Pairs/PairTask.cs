using Microsoft.ML.Similarity.Distances;
using Microsoft.ML.Similarity.Losses.Pairs;
using Microsoft.ML.Similarity.Training.Validation;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Training.Pairs;

/// <summary>What pairs of one shape teach: whether they can be learned from, and how the result is measured.</summary>
internal abstract class PairTask
{
    /// <summary>Refuses pairs that nothing can be learned from.</summary>
    /// <exception cref="InvalidOperationException">The message says what is missing.</exception>
    public virtual void CheckTrainable(PairSet set, int[] pairs)
    {
    }

    /// <summary>What data to be measured on must have, as a message says it.</summary>
    public abstract string NeededForValidation { get; }

    /// <summary>Distances in a batch with whether they are of rows that belong together, and of rows that do not; for the progress.</summary>
    public abstract (Tensor Distances, Tensor Positives, Tensor Negatives) Compare(PairBatch batch, Distance distance);

    /// <summary>What to measure on some pairs after each epoch; null where they cannot be measured.</summary>
    public abstract EmbeddingValidation? CreateValidation(PairSet set, int[] pairs, Distance distance);

    /// <summary>Pairs that are held out in proportion: the number of a pair's group; by default all are in one.</summary>
    public virtual int GroupOf(PairSet set, int pair) => 0;

    /// <summary>Two lists of distances as one, with their masks.</summary>
    private protected static (Tensor Distances, Tensor Positives, Tensor Negatives) Join(Tensor positives, Tensor negatives)
    {
        var arePositive = cat([ones_like(positives, ScalarType.Bool), zeros_like(negatives, ScalarType.Bool)]);
        return (cat([positives, negatives]), arePositive, arePositive.logical_not());
    }
}
