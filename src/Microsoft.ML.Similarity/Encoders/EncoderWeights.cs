using Microsoft.ML.Similarity.Persistence;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Encoders;

/// <summary>The weights and buffers of a network by name, in managed memory. Immutable.</summary>
internal sealed class EncoderWeights(IEnumerable<KeyValuePair<string, EncoderWeights.Entry>> entries)
{
    // The order of the module's own state is kept: saved files are the same for the same weights.
    private readonly KeyValuePair<string, Entry>[] _entries = [.. entries];

    public IEnumerable<string> Names => _entries.Select(entry => entry.Key);

    public IReadOnlyList<KeyValuePair<string, Entry>> Entries => _entries;

    /// <exception cref="FormatException">The weight is missing or of another shape.</exception>
    public float[] Get(string name, params ReadOnlySpan<long> shape)
    {
        foreach (var (key, entry) in _entries)
        {
            if (key != name)
                continue;
            return shape.SequenceEqual(entry.Shape)
                ? entry.Values
                : throw new FormatException($"The weight '{name}' has the shape [{string.Join(", ", entry.Shape)}]; the encoder's is [{string.Join(", ", shape.ToArray())}].");
        }
        throw new FormatException($"The weight '{name}' is missing.");
    }

    /// <summary>Writes all weights as safetensors.</summary>
    public void Write(Stream stream) =>
        Safetensors.Write(stream, [.. _entries.Select(entry => SafetensorsPart.Of<float>(entry.Key, entry.Value.Values, entry.Value.Shape))]);

    /// <exception cref="FormatException">The stream is no safetensors file of float32 values, or is damaged.</exception>
    public static EncoderWeights Read(Stream stream)
    {
        var file = Safetensors.Read(stream);
        return new(file.Tensors.Values.Select(tensor =>
            KeyValuePair.Create(tensor.Name, new Entry(tensor.Shape, file.Get<float>(tensor.Name, tensor.Shape)))));
    }

    /// <summary>A copy of a network's tensors.</summary>
    public static EncoderWeights Of(IEnumerable<KeyValuePair<string, Tensor>> state) => new(state.Select(entry =>
    {
        using var scope = NewDisposeScope();
        using var values = entry.Value.detach().to(ScalarType.Float32).cpu().contiguous().data<float>();
        return KeyValuePair.Create(entry.Key, new Entry(entry.Value.shape, values.ToArray()));
    }));

    /// <param name="Shape">The sizes of the tensor's dimensions.</param>
    /// <param name="Values">Row-major; not to be changed.</param>
    public sealed record Entry(long[] Shape, float[] Values)
    {
        /// <summary>The first entries along the first dimension.</summary>
        public Entry FirstRows(int count) => new([count, .. Shape[1..]], Values[..(int)(Values.Length / Shape[0] * count)]);
    }
}
