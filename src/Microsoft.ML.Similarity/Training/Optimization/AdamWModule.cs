using Microsoft.ML.Similarity.Tensors;
using static Microsoft.ML.Similarity.Tensors.Numbers;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Training.Optimization;

/// <summary>The computing part of <see cref="AdamWOptimizer"/>.</summary>
internal sealed class AdamWModule : OptimizerModule
{
    private readonly AdamWOptimizer _optimizer;
    private readonly Tensor[] _means;
    private readonly Tensor[] _squares;
    private readonly Tensor[] _steps;

    public AdamWModule(AdamWOptimizer optimizer, FlatParameters parameters)
        : base(parameters)
    {
        _optimizer = optimizer;
        _means = NewMoments("means");
        _squares = NewMoments("squares");
        _steps = NewCounters(ScalarType.Float32);
    }

    protected override void Step(int index, ParameterGroup group, Tensor rate) => TorchScripts.AdamW(
        group.Values, group.Gradients, _means[index], _squares[index], _steps[index], rate,
        Number(_optimizer.Beta1), Number(_optimizer.Beta2), Number(_optimizer.Epsilon), Number(group.Decays ? _optimizer.WeightDecay : 0.0));
}
