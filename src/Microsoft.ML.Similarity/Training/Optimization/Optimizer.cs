using System.Text.Json.Serialization;
using Microsoft.ML.Similarity.Tensors;

namespace Microsoft.ML.Similarity.Training.Optimization;

/// <summary>How weights move along their gradients. A declaration with validated values, immutable and comparable by value.</summary>
[JsonDerivedType(typeof(AdamWOptimizer), "adamW")]
[JsonDerivedType(typeof(SgdOptimizer), "sgd")]
[JsonDerivedType(typeof(LarsOptimizer), "lars")]
[JsonDerivedType(typeof(LambOptimizer), "lamb")]
public abstract record Optimizer
{
    // Far beyond use, and far from where float32 arithmetic overflows.
    private const double LargestDecay = 1e6;

    private protected Optimizer(double weightDecay) => WeightDecay = weightDecay;

    /// <summary>
    /// How much the weights are pulled towards 0, at least 0 and at most 1000000. Default 0.01 for <see cref="AdamWOptimizer"/> and
    /// <see cref="LambOptimizer"/>, 0.0001 for <see cref="SgdOptimizer"/>, 0.0005 for <see cref="LarsOptimizer"/>.
    /// </summary>
    public double WeightDecay
    {
        get;
        init => field = Ranges.Between(value, 0, LargestDecay, nameof(WeightDecay));
    }

    /// <summary>
    /// Whether weight decay also applies to parameters of at most one dimension: biases, weights of normalisation, a loss's margins.
    /// Default false: only the weights of linear maps and convolutions, and a loss's vectors of classes, are decayed. He, Zhang,
    /// Zhang et al., "Bag of Tricks for Image Classification with Convolutional Neural Networks" (2019), section 3.1.
    /// </summary>
    public bool DecayVectors { get; init; }

    /// <summary>The part that moves the weights; of its own state only.</summary>
    internal abstract OptimizerModule CreateModule(FlatParameters parameters);
}
