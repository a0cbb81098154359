using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Training.Graphs;

/// <summary>The state of a training as it was at one moment.</summary>
internal sealed class StateCopy : IDisposable
{
    private readonly List<(Tensor Value, Tensor Then)> _values;
    private readonly List<(Generator Generator, Tensor Then)> _generators;

    public StateCopy(IEnumerable<Tensor> values, IEnumerable<Generator> generators)
    {
        using var _ = no_grad();
        _values = [.. values.Select(value => (value, value.clone().DetachFromDisposeScope()))];
        _generators = [.. generators.Select(generator => (generator, generator.get_state().DetachFromDisposeScope()))];
    }

    /// <summary>Brings it back, in place.</summary>
    public void Restore()
    {
        using var _ = no_grad();
        foreach (var (value, then) in _values)
            value.copy_(then);
        foreach (var (generator, then) in _generators)
            generator.set_state(then);
    }

    public void Dispose()
    {
        foreach (var (_, then) in _values)
            then.Dispose();
        foreach (var (_, then) in _generators)
            then.Dispose();
    }
}
