using Microsoft.ML.Similarity.Tensors;

namespace Microsoft.ML.Similarity.Training.Optimization;

/// <summary>Adam with decoupled weight decay, as one fused operation a step.</summary>
/// <remarks>Loshchilov and Hutter, "Decoupled Weight Decay Regularization" (2019). Weights shrink by learning rate times weight decay in each step.</remarks>
public sealed record AdamWOptimizer : Optimizer
{
    /// <summary>AdamW with its defaults.</summary>
    public AdamWOptimizer()
        : base(weightDecay: 0.01)
    {
    }

    /// <summary>How much of the gradients' mean is kept in a step, at least 0 and below 1. Default 0.9.</summary>
    public double Beta1
    {
        get;
        init => field = Ranges.Fraction(value, nameof(Beta1));
    } = 0.9;

    /// <summary>How much of the squared gradients' mean is kept in a step, at least 0 and below 1. Default 0.999.</summary>
    public double Beta2
    {
        get;
        init => field = Ranges.Fraction(value, nameof(Beta2));
    } = 0.999;

    /// <summary>What is added to the root that a step divides by, above 0. Default 1e-8.</summary>
    public double Epsilon
    {
        get;
        init => field = Ranges.Above(value, 0, nameof(Epsilon));
    } = 1e-8;

    internal override OptimizerModule CreateModule(FlatParameters parameters) => new AdamWModule(this, parameters);
}
