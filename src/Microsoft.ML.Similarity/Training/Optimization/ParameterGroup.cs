using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Training.Optimization;

/// <summary>Parameters that are updated alike, as views of one flat tensor, and their gradients as views of another.</summary>
internal sealed class ParameterGroup : IDisposable
{
    private readonly Parameter[] _parameters;

    /// <param name="parameters">Of one type, device, learning-rate factor and number of frozen epochs. Their values move into <see cref="Values"/>.</param>
    /// <param name="decays">Whether weight decay applies.</param>
    /// <param name="channelsLast">Whether weights of four dimensions lie in memory with their second dimension last, as cuDNN likes it.</param>
    public ParameterGroup(IReadOnlyList<NamedParameter> parameters, bool decays, bool channelsLast)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        _parameters = [.. parameters.Select(parameter => parameter.Parameter)];
        var sizes = Array.ConvertAll(_parameters, parameter => parameter.numel());
        var first = _parameters[0];
        Names = [.. parameters.Select(parameter => parameter.Name)];
        Decays = decays;
        LearningRateFactor = parameters[0].LearningRateFactor;
        FrozenEpochs = parameters[0].FrozenEpochs;
        Values = empty(sizes.Sum(), dtype: first.dtype, device: first.device).DetachFromDisposeScope();
        Gradients = zeros_like(Values).DetachFromDisposeScope();
        Sizes = tensor(sizes).to(first.device).DetachFromDisposeScope();
        ValueParts = [.. Values.split(sizes).Select(part => part.DetachFromDisposeScope())];
        GradientParts = [.. Gradients.split(sizes).Select(part => part.DetachFromDisposeScope())];
        for (var i = 0; i < _parameters.Length; i++)
        {
            var view = View(ValueParts[i], _parameters[i].shape, channelsLast);
            view.copy_(_parameters[i]);
            _parameters[i].set_(view);
            _parameters[i].grad = View(GradientParts[i], _parameters[i].shape, channelsLast);
        }
    }

    /// <summary>The names of the parameters, in the order of <see cref="ValueParts"/>.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Whether weight decay applies.</summary>
    public bool Decays { get; }

    /// <summary>What the learning rate is multiplied with.</summary>
    public double LearningRateFactor { get; }

    /// <summary>The number of first epochs in which the parameters stay as they are.</summary>
    public int FrozenEpochs { get; }

    /// <summary>All values of all parameters: [n].</summary>
    public Tensor Values { get; }

    /// <summary>The gradients of <see cref="Values"/>, 0 at first; what goes backward is added to them.</summary>
    public Tensor Gradients { get; }

    /// <summary>The number of values of each parameter: [parameters], int64.</summary>
    public Tensor Sizes { get; }

    /// <summary>The values of each parameter, as a flat view.</summary>
    public Tensor[] ValueParts { get; }

    /// <summary>The gradients of each parameter, as a flat view.</summary>
    public Tensor[] GradientParts { get; }

    /// <summary>Whether the parameters are trained now.</summary>
    public bool IsActive { get; private set; } = true;

    /// <summary>Freezes the parameters, or lets them go, as <see cref="FrozenEpochs"/> says.</summary>
    /// <returns>Whether that changes nothing.</returns>
    public bool BeginEpoch(int epoch)
    {
        var isActive = epoch > FrozenEpochs;
        if (isActive == IsActive)
            return true;
        IsActive = isActive;
        // What needs no gradient costs none either.
        foreach (var parameter in _parameters)
            parameter.requires_grad = isActive;
        return false;
    }

    public void Dispose()
    {
        Values.Dispose();
        Gradients.Dispose();
        Sizes.Dispose();
        foreach (var part in ValueParts.Concat(GradientParts))
            part.Dispose();
    }

    private static Tensor View(Tensor part, long[] shape, bool channelsLast) => channelsLast && shape is [var outputs, var inputs, var height, var width]
        ? part.view(outputs, height, width, inputs).permute(0, 3, 1, 2)
        : part.view(shape);
}
