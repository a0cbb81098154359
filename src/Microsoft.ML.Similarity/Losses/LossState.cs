using Microsoft.ML.Similarity.Persistence;
using Microsoft.ML.Similarity.Tensors;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Losses;

/// <summary>
/// What a loss has learned or remembers, as training left it: vectors for each class, a learned margin, a queue of embeddings.
/// Immutable; saved with the model, so that training can go on from it and the class vectors can be used.
/// </summary>
public sealed class LossState
{
    private readonly SafetensorsTensor[] _tensors;

    private LossState(SafetensorsTensor[] tensors, IReadOnlyList<string> classes)
    {
        _tensors = tensors;
        Classes = classes;
    }

    /// <summary>The labels of the classes trained with, as text, in the order of class vectors; none for pairs, which have no classes.</summary>
    public IReadOnlyList<string> Classes { get; }

    /// <summary>The names of the weights and of what is remembered.</summary>
    public IReadOnlyList<string> Names => [.. _tensors.Select(tensor => tensor.Name)];

    /// <summary>The sizes of a tensor's dimensions.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <exception cref="ArgumentException">There is no such name.</exception>
    public IReadOnlyList<long> GetShape(string name) => [.. Find(name).Shape];

    /// <summary>A copy of a tensor's values in row-major order, as Single, as which integers may not be exact.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <exception cref="ArgumentException">There is no such name.</exception>
    public float[] GetValues(string name) => Find(name).Values is long[] whole ? Array.ConvertAll(whole, v => (float)v) : (float[])Find(name).Values.Clone();

    /// <summary>Gives a module of the same loss this state.</summary>
    /// <param name="module">Made by <see cref="Loss.CreateModule"/> or <see cref="Pairs.PairLoss.CreateModule"/> of the same declaration, for as many classes.</param>
    /// <exception cref="ArgumentException">The module has other weights, or of other shapes.</exception>
    public void Restore(nn.Module module)
    {
        ArgumentNullException.ThrowIfNull(module);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var own = module.state_dict();
        var missing = own.Keys.Except(Names).Concat(Names.Except(own.Keys)).FirstOrDefault();
        if (missing is not null)
            throw new ArgumentException($"The module and the state are of different losses: only one of them has '{missing}'.", nameof(module));
        foreach (var saved in _tensors)
        {
            var target = own[saved.Name];
            if (!target.shape.SequenceEqual(saved.Shape))
            {
                throw new ArgumentException(
                    $"'{saved.Name}' is [{string.Join(", ", saved.Shape)}] in the state and [{string.Join(", ", target.shape)}] in the module.", nameof(module));
            }
            saved.CopyTo(target);
        }
    }

    internal IReadOnlyList<SafetensorsTensor> Tensors => _tensors;

    /// <summary>A copy of a module's tensors in managed memory; null where there are none.</summary>
    /// <param name="state">The loss's.</param>
    /// <param name="classes">The labels of the classes.</param>
    internal static LossState? Of(IEnumerable<KeyValuePair<string, Tensor>> state, IReadOnlyList<string> classes) =>
        state.Select(entry => TensorCopies.Of(entry.Key, entry.Value)).ToArray() is { Length: > 0 } some ? new(some, classes) : null;

    internal void Write(Stream stream) => Safetensors.Write(stream, [.. _tensors.Select(tensor => tensor.ToPart())]);

    /// <exception cref="FormatException">The stream is no safetensors file of float32 and int64 values, or is damaged.</exception>
    internal static LossState Read(Stream stream, IReadOnlyList<string> classes)
    {
        var file = Safetensors.Read(stream);
        foreach (var tensor in file.Tensors.Values)
        {
            if (tensor.Type is not (SafetensorsType.F32 or SafetensorsType.I64))
                throw new FormatException($"The saved model is damaged: '{tensor.Name}' of its loss holds {tensor.Type}.");
        }
        return new([.. file.Tensors.Values], classes);
    }

    private SafetensorsTensor Find(string name) => Array.Find(_tensors, tensor => tensor.Name == name)
        ?? throw new ArgumentException($"There is no '{name}', only {string.Join(", ", Names)}.", nameof(name));
}
