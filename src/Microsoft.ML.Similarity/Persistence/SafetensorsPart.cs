namespace Microsoft.ML.Similarity.Persistence;

/// <summary>One tensor to be written.</summary>
internal sealed class SafetensorsPart
{
    private readonly Action<Stream> _write;

    private SafetensorsPart(string name, SafetensorsType type, IReadOnlyList<long> shape, Action<Stream> write)
    {
        Name = name;
        Type = type;
        Shape = shape;
        ByteLength = shape.Aggregate((long)type.Size(), (a, b) => a * b);
        _write = write;
    }

    public string Name { get; }

    public SafetensorsType Type { get; }

    public IReadOnlyList<long> Shape { get; }

    public long ByteLength { get; }

    /// <summary>A tensor whose values lie in one piece.</summary>
    /// <exception cref="ArgumentException">The values are not as many as the shape says.</exception>
    public static SafetensorsPart Of<T>(string name, ReadOnlyMemory<T> values, params IReadOnlyList<long> shape)
        where T : unmanaged
    {
        var count = shape.Aggregate(1L, (a, b) => a * b);
        if (count == values.Length)
            return new(name, SafetensorsTypes.Of<T>(), shape, stream => Safetensors.WriteValues(stream, values.Span));
        var extents = string.Join(", ", shape);
        throw new ArgumentException($"Tensor '{name}' of shape [{extents}] takes {count} values and was given {values.Length}.", nameof(values));
    }

    internal void WriteTo(Stream stream) => _write(stream);
}
