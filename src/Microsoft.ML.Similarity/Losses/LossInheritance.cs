using Microsoft.ML.Runtime;
using Microsoft.ML.Similarity.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Losses;

/// <summary>Makes the loss of a training that continues from a saved model: with what the loss before had learned, where that fits.</summary>
internal static class LossInheritance
{
    /// <param name="create">Makes the module for a number of classes, on the CPU.</param>
    /// <param name="classes">The labels of the classes of the data, as text.</param>
    /// <param name="previous">What the loss before had learned; null for nothing.</param>
    /// <param name="channel">Hears what is taken up, or null.</param>
    /// <returns>
    /// The module and the labels of its classes: those of the data, then those only known from before, which stay what they were for the
    /// rows of the others, and are there when their rows come again.
    /// </returns>
    public static (TModule Module, IReadOnlyList<string> Classes) Create<TModule>(
        Func<int, TModule> create, IReadOnlyList<string> classes, LossState? previous, IChannel? channel)
        where TModule : nn.Module
    {
        if (previous is null)
            return (create(classes.Count), classes);
        string[] all = [.. classes, .. previous.Classes.Except(classes)];
        var module = create(all.Length);
        if (TakeUp(module, all, previous) is { } obstacle)
        {
            module.Dispose();
            channel?.Warning(MessageSensitivity.None, "What the loss of the previous model had learned is left, and the loss begins anew: {0}.", obstacle);
            return (create(classes.Count), classes);
        }
        if (all.Length == 0)
            channel?.Info(MessageSensitivity.None, "The loss goes on with what it had learned.");
        else
        {
            var gone = all.Length - classes.Count;
            channel?.Info(MessageSensitivity.None, "The loss goes on with what it had learned: of the {0} classes it knew, {1} have no rows now and are kept; {2} classes are new.",
                previous.Classes.Count, gone, all.Length - previous.Classes.Count);
        }
        return (module, all);
    }

    // Why not; nothing is changed then.
    private static string? TakeUp(nn.Module module, string[] classes, LossState previous)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var own = Own(module, "").ToDictionary(entry => entry.Name);
        if (previous.Names.Except(own.Keys).FirstOrDefault() is { } lost)
            return $"it has no '{lost}'";
        if (own.Keys.Except(previous.Names).FirstOrDefault() is { } added)
            return $"the previous one has no '{added}'";
        foreach (var saved in previous.Tensors)
        {
            var (name, target, reference) = own[saved.Name];
            if (!Fits(saved.Shape, previous.Classes.Count, target.shape, classes.Length, reference))
                return $"its '{name}' is {Text(target.shape)} for {classes.Length} classes, the previous one {Text(saved.Shape)} for {previous.Classes.Count}";
        }
        var numbers = new Dictionary<string, long>();
        // Sets of labels can be different and read the same; they have no vectors.
        foreach (var (number, label) in classes.Index())
            numbers.TryAdd(label, number);
        var index = tensor([.. previous.Classes.Select(label => numbers[label])], dtype: ScalarType.Int64);
        foreach (var saved in previous.Tensors)
        {
            var (_, target, reference) = own[saved.Name];
            if (reference == ClassReference.None)
                saved.CopyTo(target);
            else if (reference == ClassReference.Values)
                target.copy_(index.index_select(0, saved.ToTensor().flatten()).view(target.shape));
            else
                target.view(classes.Length, -1).index_copy_(0, index, saved.ToTensor().view(previous.Classes.Count, -1).to(target.dtype));
        }
        return null;
    }

    private static bool Fits(long[] saved, int savedClasses, long[] own, int classes, ClassReference reference) => reference switch
    {
        ClassReference.None => saved.SequenceEqual(own),
        ClassReference.Values => savedClasses > 0 && saved.SequenceEqual(own),
        _ => saved.Length == own.Length && saved.AsSpan(1).SequenceEqual(own.AsSpan(1)) && saved[0] * classes == own[0] * savedClasses && saved[0] > 0,
    };

    private static string Text(long[] shape) => $"[{string.Join(", ", shape)}]";

    // By the names of the state; modules within modules say themselves what theirs are.
    private static IEnumerable<(string Name, Tensor Value, ClassReference Reference)> Own(nn.Module module, string prefix) =>
    [
        .. module.named_parameters(recurse: false).Select(entry => (entry.name, Value: (Tensor)entry.parameter))
            .Concat(module.named_buffers(recurse: false).Select(entry => (entry.name, Value: entry.buffer)))
            .Select(entry => (prefix + entry.name, entry.Value, (module as LossModule)?.ClassReferenceOf(entry.name) ?? ClassReference.None)),
        .. module.named_children().SelectMany(child => Own(child.module, $"{prefix}{child.name}.")),
    ];
}
