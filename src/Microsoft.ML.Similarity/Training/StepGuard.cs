using Microsoft.ML.Similarity.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Training;

/// <summary>
/// Takes back steps whose losses or gradients are not finite. The device decides: the host neither waits for it nor knows, and what is launched is the
/// same for every step.
/// </summary>
internal sealed class StepGuard : IDisposable
{
    private readonly Tensor[] _gradients;
    private readonly Tensor[] _values;
    private readonly Tensor[] _before;
    private readonly Tensor _skipped;

    /// <param name="gradients">The gradients that a step adds up, flat.</param>
    /// <param name="values">All else that a step changes in place: weights, moments, counters, statistics, memories.</param>
    public StepGuard(Tensor[] gradients, Tensor[] values)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        _gradients = gradients;
        _values = values;
        _before = [.. values.Select(value => zeros_like(value).DetachFromDisposeScope())];
        IsFinite = ones(Array.Empty<long>(), dtype: ScalarType.Bool, device: gradients[0].device).DetachFromDisposeScope();
        _skipped = zeros(Array.Empty<long>(), dtype: ScalarType.Int64, device: gradients[0].device).DetachFromDisposeScope();
    }

    /// <summary>How many steps were taken back; updated in place.</summary>
    public IEnumerable<KeyValuePair<string, Tensor>> State => [KeyValuePair.Create("skipped", _skipped)];

    /// <summary>Whether the last step stands: a Boolean on the device.</summary>
    public Tensor IsFinite { get; }

    /// <summary>Of so many steps, those that stand: an integer on the device.</summary>
    /// <param name="steps">All steps of the training so far, of which this knows what was taken back.</param>
    public Tensor Standing(long steps)
    {
        using var number = steps.ToScalar();
        return _skipped.neg().add_(number);
    }

    /// <summary>How many steps of the training were taken back. Waits for the device.</summary>
    public long Skipped => _skipped.cpu().item<long>();

    /// <summary>To be called before a step.</summary>
    public void Begin()
    {
        using var _ = no_grad();
        TorchScripts.Keep(_before, _values, IsFinite);
    }

    /// <summary>To be called for each batch of the step.</summary>
    public void Observe(Tensor loss)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        IsFinite.logical_and_(loss.isfinite());
    }

    /// <summary>To be called after the step: all is as it was at its beginning where a loss or a gradient is not finite.</summary>
    public void End()
    {
        using var _ = no_grad();
        TorchScripts.Undo(_values, _before, _gradients, IsFinite, _skipped);
    }

    public void Dispose()
    {
        IsFinite.Dispose();
        _skipped.Dispose();
        foreach (var tensor in _before)
            tensor.Dispose();
    }
}
