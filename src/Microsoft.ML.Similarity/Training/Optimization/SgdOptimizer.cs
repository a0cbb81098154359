using Microsoft.ML.Similarity.Tensors;

namespace Microsoft.ML.Similarity.Training.Optimization;

/// <summary>Stochastic gradient descent with momentum, as one fused operation a step.</summary>
/// <remarks>
/// Sutskever, Martens, Dahl and Hinton, "On the importance of initialization and momentum in deep learning" (2013), in the form of PyTorch:
/// the velocity is momentum times velocity plus gradient, and the learning rate multiplies the velocity. Weight decay is added to the gradient.
/// It wants larger learning rates than the default, 0.01 to 0.1.
/// </remarks>
public sealed record SgdOptimizer : Optimizer
{
    /// <summary>Stochastic gradient descent with its defaults.</summary>
    public SgdOptimizer()
        : base(weightDecay: 1e-4)
    {
    }

    /// <summary>How much of the velocity is kept in a step, at least 0 and below 1. Default 0.9.</summary>
    public double Momentum
    {
        get;
        init => field = Ranges.Fraction(value, nameof(Momentum));
    } = 0.9;

    /// <summary>Whether the gradient counts once more, as if taken where the velocity leads (Nesterov); without momentum it means nothing. Default false.</summary>
    public bool Nesterov { get; init; }

    internal override OptimizerModule CreateModule(FlatParameters parameters) => new SgdModule(this, parameters);
}
