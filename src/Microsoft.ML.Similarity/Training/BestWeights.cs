using Microsoft.ML.Similarity.Embedding;
using Microsoft.ML.Similarity.Encoders;
using Microsoft.ML.Similarity.Losses;
using Microsoft.ML.Similarity.Persistence;
using Microsoft.ML.Similarity.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Training;

/// <summary>
/// The weights of encoder and loss as they were after the best epoch so far, in the host's memory. Taking them does not wait for the device; all that looks at
/// them does.
/// </summary>
internal sealed class BestWeights : IDisposable
{
    private const string EncoderPrefix = "encoder.";
    private const string LossPrefix = "loss.";

    private readonly EncoderModule _encoder;
    private readonly nn.Module _loss;
    private readonly Device _device;
    private readonly KeyValuePair<string, Tensor>[] _copies;

    /// <param name="encoder">On the training device.</param>
    /// <param name="loss">Likewise.</param>
    /// <param name="device">The training device.</param>
    public BestWeights(EncoderModule encoder, nn.Module loss, Device device)
    {
        using var scope = NewDisposeScope();
        (_encoder, _loss, _device) = (encoder, loss, device);
        _copies = [.. Now.Select(entry => KeyValuePair.Create(entry.Key, Place(entry.Value).DetachFromDisposeScope()))];
    }

    /// <summary>Whether weights have been taken.</summary>
    public bool Any { get; private set; }

    /// <summary>All that was taken, by name; nothing where nothing was.</summary>
    public IEnumerable<SafetensorsTensor> Tensors
    {
        get
        {
            Wait();
            return Any ? _copies.Select(copy => TensorCopies.Of(copy.Key, copy.Value)) : [];
        }
    }

    /// <summary>Takes the weights as they are now.</summary>
    public void Take()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        foreach (var (copy, (_, now)) in _copies.Zip(Now))
            copy.Value.copy_(now, nonBlocking: true);
        Any = true;
    }

    /// <summary>Takes the weights from what <see cref="Tensors"/> gave in another process.</summary>
    /// <param name="tensors">Them, by name.</param>
    public void Restore(IReadOnlyDictionary<string, SafetensorsTensor> tensors)
    {
        foreach (var (name, copy) in _copies)
            tensors[name].CopyTo(copy);
        Any = true;
    }

    /// <summary>The model of the weights taken.</summary>
    /// <param name="declaration">The encoder's.</param>
    /// <param name="inputDimension">The features of a row.</param>
    /// <param name="classes">The labels of the classes the loss knows.</param>
    public EmbeddingModel ToModel(Encoder declaration, int inputDimension, IReadOnlyList<string> classes)
    {
        Wait();
        return new(declaration, inputDimension, EncoderWeights.Of(Named(EncoderPrefix)), LossState.Of(Named(LossPrefix), classes));

        IEnumerable<KeyValuePair<string, Tensor>> Named(string prefix) => _copies
            .Where(copy => copy.Key.StartsWith(prefix, StringComparison.Ordinal))
            .Select(copy => KeyValuePair.Create(copy.Key[prefix.Length..], copy.Value));
    }

    public void Dispose()
    {
        Wait();
        foreach (var (_, copy) in _copies)
            copy.Dispose();
    }

    private IEnumerable<KeyValuePair<string, Tensor>> Now =>
    [
        .. _encoder.state_dict().Select(entry => KeyValuePair.Create(EncoderPrefix + entry.Key, entry.Value)),
        .. _loss.state_dict().Select(entry => KeyValuePair.Create(LossPrefix + entry.Key, entry.Value)),
    ];

    // A GPU writes by itself to memory that stays where it is.
    private Tensor Place(Tensor value)
    {
        var place = empty_like(value, device: CPU);
        return _device.type == DeviceType.CUDA ? place.pin_memory() : place;
    }

    private void Wait()
    {
        if (_device.type == DeviceType.CUDA)
            cuda.synchronize(_device);
    }
}
