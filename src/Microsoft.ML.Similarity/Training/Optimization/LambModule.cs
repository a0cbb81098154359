using Microsoft.ML.Similarity.Tensors;
using static Microsoft.ML.Similarity.Tensors.Numbers;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Training.Optimization;

/// <summary>The computing part of <see cref="LambOptimizer"/>.</summary>
internal sealed class LambModule : OptimizerModule
{
    private readonly LambOptimizer _optimizer;
    private readonly Tensor[] _means;
    private readonly Tensor[] _squares;
    private readonly Tensor[] _steps;

    public LambModule(LambOptimizer optimizer, FlatParameters parameters)
        : base(parameters)
    {
        _optimizer = optimizer;
        _means = NewMoments("means");
        _squares = NewMoments("squares");
        // In float32, 1 - 0.999 would have lost three digits.
        _steps = NewCounters(ScalarType.Float64);
    }

    protected override void Step(int index, ParameterGroup group, Tensor rate) => TorchScripts.Lamb(
        group.Values, group.Gradients, _means[index], _squares[index], _steps[index], group.ValueParts, group.Sizes, rate,
        Number(_optimizer.Beta1), Number(_optimizer.Beta2), Number(_optimizer.Epsilon), Number(_optimizer.WeightDecay), group.Decays);
}
