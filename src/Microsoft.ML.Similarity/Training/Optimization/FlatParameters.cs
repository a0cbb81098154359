using Microsoft.ML.Similarity.Tensors;
using static Microsoft.ML.Similarity.Tensors.Numbers;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Training.Optimization;

/// <summary>The parameters of a training as views of a few flat tensors, and their gradients likewise.</summary>
/// <remarks>
/// What works on all weights, as optimizer, clipping, averaging and checkpoints do, works on a handful of tensors. Gradients
/// must stay where they are: call <see cref="ZeroGradients"/> instead of <c>zero_grad</c>, which would drop the views. Modules
/// keep their names, shapes and buffers; they may not be moved to another device or type afterwards.
/// </remarks>
internal sealed class FlatParameters : IDisposable
{
    /// <param name="parameters">On one device. One whose learning-rate factor is 0 stays out, and needs no gradient from now on.</param>
    /// <param name="decayVectors">Whether weight decay also applies to parameters of at most one dimension.</param>
    /// <param name="channelsLast">Whether weights of four dimensions lie in memory with their second dimension last.</param>
    public FlatParameters(IEnumerable<NamedParameter> parameters, bool decayVectors, bool channelsLast)
    {
        var trained = new List<NamedParameter>();
        foreach (var parameter in parameters)
        {
            if (parameter.LearningRateFactor > 0)
                trained.Add(parameter);
            else
                parameter.Parameter.requires_grad = false;
        }
        Groups =
        [
            .. trained
                .GroupBy(p => (p.Parameter.dtype, Decays: decayVectors || p.Parameter.dim() > 1, p.LearningRateFactor, p.FrozenEpochs))
                .Select(group => new ParameterGroup([.. group], group.Key.Decays, channelsLast)),
        ];
    }

    /// <summary>What is updated alike, in the order of its first parameter.</summary>
    public IReadOnlyList<ParameterGroup> Groups { get; }

    /// <summary>Sets all gradients to 0, in place.</summary>
    public void ZeroGradients()
    {
        using var scope = NewDisposeScope();
        foreach (var group in Groups)
            group.Gradients.zero_();
    }

    /// <summary>Multiplies all gradients, in place.</summary>
    /// <param name="factor">One of few.</param>
    public void ScaleGradients(double factor)
    {
        using var scope = NewDisposeScope();
        foreach (var group in Groups)
            group.Gradients.mul_(Number(factor));
    }

    /// <summary>Scales all gradients down, in place, where their Euclidean norm, taken together, is above a maximum; without waiting for the device.</summary>
    /// <param name="maximum">One of few.</param>
    public void ClipGradients(double maximum) => TorchScripts.Clip([.. Groups.Select(group => group.Gradients)], Number(maximum));

    /// <summary>Freezes what is to stay as it is in this epoch, counted from 1, and lets go what is no longer.</summary>
    /// <returns>Whether the same is trained as before.</returns>
    public bool BeginEpoch(int epoch)
    {
        var isSame = true;
        foreach (var group in Groups)
            isSame &= group.BeginEpoch(epoch);
        return isSame;
    }

    public void Dispose()
    {
        foreach (var group in Groups)
            group.Dispose();
    }
}
