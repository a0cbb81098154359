using Microsoft.ML.Similarity.Distances;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Encoders;

/// <summary>An encoder's network with its weights: from [B, features] to [B, dimension].</summary>
/// <param name="encoder">Its declaration.</param>
internal abstract class EncoderModule(Encoder encoder) : nn.Module<Tensor, Tensor>(encoder.GetType().Name)
{
    private readonly bool _normalize = encoder.L2Normalize;

    /// <summary>Draws what is random in training, such as dropout masks; of the CPU, as all of TorchSharp's are. Null where nothing is trained.</summary>
    /// <remarks>Not torch's own generator, which is global: other code moves it.</remarks>
    public Generator? Randomness { get; set; }

    /// <summary>How many rows are best embedded together, where nothing is trained.</summary>
    public int RowsAtOnce { get; set; }

    /// <summary>In which type linear layers and convolutions compute in training; null for that of their weights, which stay as they are.</summary>
    public ScalarType? LayerType { get; set; }

    /// <summary>From [B, features] to [B, dimension], of the type of the rows.</summary>
    public sealed override Tensor forward(Tensor rows)
    {
        using var scope = NewDisposeScope();
        var x = Prepare(rows);
        x = training && LayerType is { } type ? Embed(x.to(type)).to(rows.dtype) : Embed(x);
        return (_normalize ? UnitRows.Of(x) : x).MoveToOuterDisposeScope();
    }

    /// <summary>What comes before the first layer: rows in another form, standardised if the encoder does that.</summary>
    protected abstract Tensor Prepare(Tensor rows);

    /// <summary>All layers, computed in the type of what comes: to [B, dimension].</summary>
    protected abstract Tensor Embed(Tensor x);

    /// <summary>Sets the statistics by which inputs are standardised; without effect where the encoder does not.</summary>
    /// <param name="mean">One mean for each feature.</param>
    /// <param name="deviation">One standard deviation for each feature; 0 for one that does not vary.</param>
    public abstract void SetInputStatistics(ReadOnlySpan<float> mean, ReadOnlySpan<float> deviation);

    /// <summary>Overwrites all weights and buffers.</summary>
    /// <exception cref="FormatException">A weight is missing, unknown, or of another shape.</exception>
    public void SetWeights(EncoderWeights weights)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var own = state_dict();
        foreach (var name in weights.Names.Except(own.Keys))
            throw new FormatException($"The encoder has no weight '{name}'.");
        foreach (var (name, target) in own)
        {
            var values = weights.Get(name, target.shape);
            target.copy_(tensor(values, target.shape));
        }
    }
}
