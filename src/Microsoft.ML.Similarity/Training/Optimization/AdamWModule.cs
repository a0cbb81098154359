using Microsoft.ML.Similarity.Tensors;
using static Microsoft.ML.Similarity.Tensors.Numbers;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Training.Optimization;

/// <summary>The computing part of <see cref="AdamWOptimizer"/>.</summary>
internal sealed class AdamWModule : OptimizerModule
{
    private readonly AdamWOptimizer _optimizer;
    private readonly Tensor[][] _values;
    private readonly Tensor[][] _gradients;
    private readonly Tensor[][] _means;
    private readonly Tensor[][] _squares;
    private readonly Tensor[] _steps;

    public AdamWModule(AdamWOptimizer optimizer, FlatParameters parameters)
        : base(parameters)
    {
        _optimizer = optimizer;
        _values = Slices((_, group) => group.Values);
        _gradients = Slices((_, group) => group.Gradients);
        var (means, squares) = (NewMoments("means"), NewMoments("squares"));
        _means = Slices((index, _) => means[index]);
        _squares = Slices((index, _) => squares[index]);
        _steps = NewCounters(ScalarType.Float32);
    }

    protected override void Step(int index, ParameterGroup group, Tensor rate) => TorchScripts.AdamW(
        _values[index], _gradients[index], _means[index], _squares[index], _steps[index], rate,
        Number(_optimizer.Beta1), Number(_optimizer.Beta2), Number(_optimizer.Epsilon), Number(group.Decays ? _optimizer.WeightDecay : 0.0));
}
