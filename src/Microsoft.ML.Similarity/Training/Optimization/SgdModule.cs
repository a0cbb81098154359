using Microsoft.ML.Similarity.Tensors;
using static Microsoft.ML.Similarity.Tensors.Numbers;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Training.Optimization;

/// <summary>The computing part of <see cref="SgdOptimizer"/>.</summary>
internal sealed class SgdModule : OptimizerModule
{
    private readonly SgdOptimizer _optimizer;
    private readonly Tensor[][] _values;
    private readonly Tensor[][] _gradients;
    private readonly Tensor[][]? _velocities;

    public SgdModule(SgdOptimizer optimizer, FlatParameters parameters)
        : base(parameters)
    {
        _optimizer = optimizer;
        _values = Slices((_, group) => group.Values);
        _gradients = Slices((_, group) => group.Gradients);
        if (optimizer.Momentum > 0)
        {
            var velocities = NewMoments("velocities");
            _velocities = Slices((index, _) => velocities[index]);
        }
    }

    protected override void Step(int index, ParameterGroup group, Tensor rate) => TorchScripts.Sgd(
        _values[index], _gradients[index], _velocities?[index] ?? [], rate,
        Number(_optimizer.Momentum), Number(group.Decays ? _optimizer.WeightDecay : 0.0), _optimizer.Nesterov && _velocities is not null);
}
