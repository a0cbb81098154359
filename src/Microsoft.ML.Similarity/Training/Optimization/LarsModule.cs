using Microsoft.ML.Similarity.Tensors;
using static Microsoft.ML.Similarity.Tensors.Numbers;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Training.Optimization;

/// <summary>The computing part of <see cref="LarsOptimizer"/>.</summary>
internal sealed class LarsModule : OptimizerModule
{
    private readonly LarsOptimizer _optimizer;
    private readonly Tensor[] _velocities;

    public LarsModule(LarsOptimizer optimizer, FlatParameters parameters)
        : base(parameters)
    {
        _optimizer = optimizer;
        _velocities = NewMoments("velocities");
    }

    protected override void Step(int index, ParameterGroup group, Tensor rate) => TorchScripts.Lars(
        group.Values, group.Gradients, _velocities[index], group.ValueParts, group.GradientParts, group.Sizes, rate,
        Number(_optimizer.Momentum), Number(_optimizer.WeightDecay), Number(_optimizer.TrustCoefficient), group.Decays);
}
