using Microsoft.ML.Similarity.Tensors;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Training;

/// <summary>Adam with decoupled weight decay, β = (0.9, 0.999), ε = 1e-8, as one fused operation a step.</summary>
/// <remarks>
/// Loshchilov and Hutter, "Decoupled Weight Decay Regularization" (2019). TorchSharp's own does some ten operations for each
/// parameter, with numbers that the garbage collector may free too early (see <see cref="Numbers"/>).
/// </remarks>
internal sealed class AdamW : IDisposable
{
    private readonly Parameter[] _parameters;
    private readonly Tensor[] _means;
    private readonly Tensor[] _squares;
    private readonly Tensor[] _steps;
    private readonly Scalar _decay;

    public AdamW(IEnumerable<Parameter> parameters, double weightDecay)
    {
        _parameters = [.. parameters];
        _means = Array.ConvertAll(_parameters, Zeros);
        _squares = Array.ConvertAll(_parameters, Zeros);
        _steps = Array.ConvertAll(_parameters, parameter => zeros(Array.Empty<long>(), device: parameter.device).DetachFromDisposeScope());
        _decay = weightDecay.ToScalar();
    }

    /// <summary>Moves the parameters along their gradients; a parameter without one stays as it is.</summary>
    public void Step(double learningRate)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var rate = learningRate.ToScalar();
        var gradients = Array.ConvertAll(_parameters, parameter => parameter.grad);
        TorchScripts.AdamW(Moving(_parameters), Moving(gradients), Moving(_means), Moving(_squares), Moving(_steps), rate, _decay);

        Tensor[] Moving(Tensor?[] ofEach) => [.. ofEach.Where((_, i) => gradients[i] is not null).Select(tensor => tensor!)];
    }

    public void Dispose()
    {
        foreach (var tensor in _means.Concat(_squares).Concat(_steps))
            tensor.Dispose();
        _decay.Dispose();
    }

    // Laid out in memory as the parameter is, as the fused operation asks.
    private static Tensor Zeros(Parameter parameter) => zeros_like(parameter).DetachFromDisposeScope();
}
