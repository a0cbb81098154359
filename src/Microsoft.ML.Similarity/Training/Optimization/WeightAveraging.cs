using System.Text.Json.Serialization;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Training.Optimization;

/// <summary>
/// Which mean of the weights that training passes through is validated and kept, instead of the last ones. A declaration with validated
/// values, immutable and comparable by value.
/// </summary>
/// <remarks>
/// The means and variances that batch normalisation keeps belong to the weights trained, not to their mean: for the mean they are collected
/// anew, each as its average over up to 50 batches of the epoch. That is one more pass through the encoder for each of these.
/// </remarks>
[JsonDerivedType(typeof(ExponentialMovingAverage), "exponential")]
[JsonDerivedType(typeof(StochasticWeightAveraging), "stochastic")]
public abstract record WeightAveraging
{
    private protected WeightAveraging()
    {
    }

    /// <summary>How much of the present weights goes into the mean; 1 starts it anew, 0 leaves it as it is.</summary>
    /// <param name="done">The share of the training done, above 0 and at most 1.</param>
    /// <param name="endsEpoch">Whether the step just made was the last of its epoch.</param>
    /// <param name="taken">How many weights the mean was made of so far.</param>
    internal abstract double Share(double done, bool endsEpoch, long taken);

    /// <summary>The same where only the device knows how many steps there were; null where it is not steps that are counted.</summary>
    /// <param name="taken">How many weights the mean was made of so far: an integer on the device.</param>
    internal virtual Tensor? Share(Tensor taken) => null;
}
