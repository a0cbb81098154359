using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Training.Optimization;

/// <summary>The computing part of <see cref="WeightAveraging"/>: a second set of flat weights.</summary>
internal sealed class AveragedWeights : IDisposable
{
    private readonly WeightAveraging _averaging;
    private readonly IReadOnlyList<ParameterGroup> _groups;
    private readonly Tensor[] _means;
    private readonly Tensor[] _shares;
    private readonly Tensor _taken;

    public AveragedWeights(WeightAveraging averaging, FlatParameters parameters)
    {
        using var scope = NewDisposeScope();
        _averaging = averaging;
        _groups = parameters.Groups;
        _means = [.. _groups.Select(group => group.Values.clone().DetachFromDisposeScope())];
        _shares = [.. _means.Select(mean => zeros(Array.Empty<long>(), dtype: mean.dtype, device: mean.device).DetachFromDisposeScope())];
        _taken = zeros(1, dtype: ScalarType.Int64).DetachFromDisposeScope();
    }

    /// <summary>The means, and of how many weights they are; updated in place.</summary>
    public IEnumerable<KeyValuePair<string, Tensor>> State =>
        [.. _means.Select((mean, i) => KeyValuePair.Create($"means.{i}", mean)), KeyValuePair.Create("taken", _taken)];

    /// <summary>Whether there is a mean yet.</summary>
    public bool Any => Taken > 0;

    private long Taken
    {
        get
        {
            using var taken = _taken.data<long>();
            return taken[0];
        }

        set
        {
            using var taken = _taken.data<long>();
            taken[0] = value;
        }
    }

    /// <summary>To be called after each step.</summary>
    /// <param name="done">The share of the training done, above 0 and at most 1.</param>
    /// <param name="endsEpoch">Whether the step was the last of its epoch.</param>
    /// <param name="guard">What may have taken the step back; or null.</param>
    public void Update(double done, bool endsEpoch, StepGuard? guard = null)
    {
        var share = _averaging.Share(done, endsEpoch, Taken);
        if (share == 0)
            return;
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        if (guard is not null && _averaging.Share(guard.Standing(Taken)) is { } ofSteps)
        {
            var standing = ofSteps * guard.IsFinite;
            foreach (var one in _shares)
                one.copy_(standing);
        }
        else
        {
            using var number = share.ToScalar();
            foreach (var one in _shares)
                one.fill_(number);
        }
        for (var i = 0; i < _means.Length; i++)
            _means[i].lerp_(_groups[i].Values, _shares[i]);
        Taken++;
    }

    /// <summary>Exchanges the weights with their means; a second call brings them back, to the bit.</summary>
    public void Swap()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        for (var i = 0; i < _means.Length; i++)
        {
            var values = _groups[i].Values.clone();
            _groups[i].Values.copy_(_means[i]);
            _means[i].copy_(values);
        }
    }

    public void Dispose()
    {
        _taken.Dispose();
        foreach (var tensor in _means.Concat(_shares))
            tensor.Dispose();
    }
}
