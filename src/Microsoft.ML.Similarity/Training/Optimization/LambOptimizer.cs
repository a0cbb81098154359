using Microsoft.ML.Similarity.Tensors;

namespace Microsoft.ML.Similarity.Training.Optimization;

/// <summary>Adam whose step for each parameter is in proportion to the parameter's own norm: for very large batches.</summary>
/// <remarks>
/// You, Li, Reddi et al., "Large Batch Optimization for Deep Learning: Training BERT in 76 Minutes" (2020). Adam's step with decoupled weight
/// decay, u, is multiplied by ‖w‖ / ‖u‖, or by 1 where one of them is 0. Parameters without weight decay (see
/// <see cref="Optimizer.DecayVectors"/>) are left out of this too.
/// </remarks>
public sealed record LambOptimizer : Optimizer
{
    /// <summary>LAMB with its defaults.</summary>
    public LambOptimizer()
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

    /// <summary>What is added to the root that a step divides by, above 0. Default 1e-6.</summary>
    public double Epsilon
    {
        get;
        init => field = Ranges.Above(value, 0, nameof(Epsilon));
    } = 1e-6;

    internal override OptimizerModule CreateModule(FlatParameters parameters) => new LambModule(this, parameters);
}
