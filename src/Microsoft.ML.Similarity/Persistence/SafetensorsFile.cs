namespace Microsoft.ML.Similarity.Persistence;

/// <summary>All tensors of a file, by name.</summary>
internal sealed class SafetensorsFile(IReadOnlyDictionary<string, SafetensorsTensor> tensors)
{
    private const long Any = -1;

    public IReadOnlyDictionary<string, SafetensorsTensor> Tensors => tensors;

    /// <summary>A tensor's values in row-major order.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <param name="shape">The shape wanted; -1 allows any extent.</param>
    /// <exception cref="FormatException">There is no such tensor, or it has another type or shape.</exception>
    public T[] Get<T>(string name, params ReadOnlySpan<long> shape)
        where T : unmanaged
    {
        if (!tensors.TryGetValue(name, out var tensor))
            throw new FormatException($"The safetensors data has no tensor '{name}'.");
        if (tensor.Values is not T[] values)
            throw new FormatException($"Tensor '{name}' holds {tensor.Type}, where {SafetensorsTypes.Of<T>()} was expected.");
        var fits = tensor.Shape.Length == shape.Length;
        for (var i = 0; fits && i < shape.Length; i++)
            fits = shape[i] == Any || shape[i] == tensor.Shape[i];
        if (fits)
            return values;
        var (given, wanted) = (string.Join(", ", tensor.Shape), string.Join(", ", shape.ToArray()));
        throw new FormatException($"Tensor '{name}' has the shape [{given}], where [{wanted}] was expected (-1: any).");
    }
}
