using Microsoft.ML.Similarity.Tensors;

namespace Microsoft.ML.Similarity.Training.Optimization;

/// <summary>Momentum whose step for each parameter is in proportion to the parameter's own norm: for very large batches.</summary>
/// <remarks>
/// You, Gitman and Ginsburg, "Large Batch Training of Convolutional Networks" (2017). The learning rate of a parameter is multiplied by
/// trust coefficient · ‖w‖ / (‖g‖ + weight decay · ‖w‖), or by 1 where ‖w‖ or ‖g‖ is 0. Parameters without weight decay (see
/// <see cref="Optimizer.DecayVectors"/>) are left out of this too, as is usual since SimCLR. It wants learning rates of 0.1 to 10.
/// </remarks>
public sealed record LarsOptimizer : Optimizer
{
    /// <summary>LARS with its defaults.</summary>
    public LarsOptimizer()
        : base(weightDecay: 5e-4)
    {
    }

    /// <summary>How much of the velocity is kept in a step, at least 0 and below 1. Default 0.9.</summary>
    public double Momentum
    {
        get;
        init => field = Ranges.Fraction(value, nameof(Momentum));
    } = 0.9;

    /// <summary>The paper's η: how far a parameter may go in relation to its norm, above 0. Default 0.001.</summary>
    public double TrustCoefficient
    {
        get;
        init => field = Ranges.Above(value, 0, nameof(TrustCoefficient));
    } = 0.001;

    internal override OptimizerModule CreateModule(FlatParameters parameters) => new LarsModule(this, parameters);
}
