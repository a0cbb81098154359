using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Microsoft.ML.Similarity.Persistence;

/// <summary>
/// Named arrays in the safetensors form (https://github.com/huggingface/safetensors): the length of a JSON header as 8 bytes,
/// the header with each tensor's type, shape and place, then the values, little-endian, one tensor after the other.
/// </summary>
/// <remarks>
/// Streams are read and written once from front to back, so that they need not seek. Values go from stream to array, or
/// back, in slices without a copy of the whole. As .NET's own binary views of arrays, this assumes a little-endian machine.
/// </remarks>
internal static class Safetensors
{
    private const string Metadata = "__metadata__";
    private const int MaxHeader = 100_000_000;   // the reference implementation's own limit
    private const int SliceBytes = 1 << 20;

    /// <summary>Writes tensors in the order given.</summary>
    /// <exception cref="ArgumentException">Two tensors have one name.</exception>
    public static void Write(Stream stream, IReadOnlyCollection<SafetensorsPart> parts)
    {
        var header = Header(parts);
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
        stream.Write(length);
        stream.Write(header);
        foreach (var part in parts)
            part.WriteTo(stream);
    }

    /// <summary>Reads all tensors to the end of the stream.</summary>
    /// <exception cref="FormatException">The stream is no safetensors file, or is damaged; the message says where.</exception>
    public static SafetensorsFile Read(Stream stream)
    {
        var entries = ReadHeader(stream);
        var tensors = new Dictionary<string, SafetensorsTensor>(entries.Count, StringComparer.Ordinal);
        foreach (var entry in entries)
            tensors.Add(entry.Name, new(entry.Name, entry.Type, entry.Shape, ReadValues(stream, entry)));
        if (stream.ReadByte() >= 0)
            throw Bad("there are bytes after the last tensor");
        return new SafetensorsFile(tensors);
    }

    internal static void WriteValues<T>(Stream stream, ReadOnlySpan<T> values)
        where T : unmanaged
    {
        for (var slice = SliceBytes / Marshal.SizeOf<T>(); !values.IsEmpty; values = values[Math.Min(slice, values.Length)..])
            stream.Write(MemoryMarshal.AsBytes(values[..Math.Min(slice, values.Length)]));
    }

    private static byte[] Header(IReadOnlyCollection<SafetensorsPart> parts)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            var names = new HashSet<string>(StringComparer.Ordinal) { Metadata };
            var offset = 0L;
            json.WriteStartObject();
            foreach (var part in parts)
            {
                if (!names.Add(part.Name))
                    throw new ArgumentException($"Two tensors are named '{part.Name}', or the name is reserved.", nameof(parts));
                json.WriteStartObject(part.Name);
                json.WriteString("dtype", part.Type.ToString());
                WriteNumbers(json, "shape", part.Shape);
                WriteNumbers(json, "data_offsets", [offset, offset += part.ByteLength]);
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        while (buffer.Length % 8 != 0)
            buffer.WriteByte((byte)' ');   // the values begin aligned
        return buffer.ToArray();
    }

    private static void WriteNumbers(Utf8JsonWriter json, string name, IEnumerable<long> numbers)
    {
        json.WriteStartArray(name);
        foreach (var number in numbers)
            json.WriteNumberValue(number);
        json.WriteEndArray();
    }

    private static List<Entry> ReadHeader(Stream stream)
    {
        Span<byte> prefix = stackalloc byte[8];
        ReadExactly(stream, prefix, "the length of its header");
        var length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (length > MaxHeader)
            throw Bad($"its header is said to take {length} bytes, more than the {MaxHeader} allowed");
        var header = new byte[length];
        ReadExactly(stream, header, "its header");
        try
        {
            using var json = JsonDocument.Parse(header);
            return Entries(json.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)   // the latter for text that is not UTF-8
        {
            throw new FormatException(Bad($"its header is not JSON ({e.Message})").Message, e);
        }
    }

    private static List<Entry> Entries(JsonElement header)
    {
        if (header.ValueKind != JsonValueKind.Object)
            throw Bad("its header is not a JSON object");
        var names = new HashSet<string>(StringComparer.Ordinal);
        var entries = new List<Entry>();
        foreach (var property in header.EnumerateObject())
        {
            if (!names.Add(property.Name))
                throw Bad($"tensor '{property.Name}' comes twice");
            if (property.Name != Metadata)
                entries.Add(Parse(property.Name, property.Value));
        }
        entries.Sort((a, b) => (a.Begin, a.End).CompareTo((b.Begin, b.End)));
        var offset = 0L;
        foreach (var entry in entries)
        {
            if (entry.Begin != offset)
                throw Bad($"tensor '{entry.Name}' begins at byte {entry.Begin} where {offset} was expected: tensors overlap or leave a gap");
            offset = entry.End;
        }
        return entries;
    }

    private static Entry Parse(string name, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object || !value.TryGetProperty("dtype", out var dtype) || dtype.ValueKind != JsonValueKind.String)
            throw Bad($"tensor '{name}' has no dtype");
        if (!Enum.TryParse<SafetensorsType>(dtype.GetString(), out var type) || !Enum.IsDefined(type) || type.ToString() != dtype.GetString())
        {
            var known = string.Join(", ", Enum.GetNames<SafetensorsType>());
            throw Bad($"tensor '{name}' has the unknown dtype '{dtype.GetString()}'; known are {known}");
        }
        var shape = Numbers(name, value, "shape");
        var offsets = Numbers(name, value, "data_offsets");
        if (offsets.Length != 2 || offsets[1] < offsets[0])
            throw Bad($"tensor '{name}' has the data_offsets [{string.Join(", ", offsets)}]; a begin and an end are wanted");
        try
        {
            var count = shape.Aggregate(1L, (a, b) => checked(a * b));
            var bytes = checked(count * type.Size());
            if (bytes != offsets[1] - offsets[0])
            {
                var span = offsets[1] - offsets[0];
                throw Bad($"tensor '{name}' of shape [{string.Join(", ", shape)}] takes {bytes} bytes, and its data_offsets span {span}");
            }
            if (count > Array.MaxLength)
                throw Bad($"tensor '{name}' has {count} values, more than an array can hold");
            return new Entry(name, type, shape, offsets[0], offsets[1], (int)count);
        }
        catch (OverflowException)
        {
            throw Bad($"tensor '{name}' has the impossible shape [{string.Join(", ", shape)}]");
        }
    }

    private static long[] Numbers(string name, JsonElement value, string property)
    {
        if (!value.TryGetProperty(property, out var array) || array.ValueKind != JsonValueKind.Array)
            throw Bad($"tensor '{name}' has no {property}");
        return [.. array.EnumerateArray().Select(n =>
            n.ValueKind == JsonValueKind.Number && n.TryGetInt64(out var number) && number >= 0
                ? number
                : throw Bad($"tensor '{name}' has '{n}' in its {property}; whole numbers of at least 0 are wanted"))];
    }

    private static Array ReadValues(Stream stream, Entry entry) => entry.Type switch
    {
        SafetensorsType.U8 => ReadValues<byte>(stream, entry),
        SafetensorsType.I32 => ReadValues<int>(stream, entry),
        SafetensorsType.I64 => ReadValues<long>(stream, entry),
        SafetensorsType.F32 => ReadValues<float>(stream, entry),
        _ => ReadValues<double>(stream, entry),
    };

    // The array grows as bytes arrive: a damaged header must not make us reserve memory for values that are not there.
    private static T[] ReadValues<T>(Stream stream, Entry entry)
        where T : unmanaged
    {
        var slice = SliceBytes / Marshal.SizeOf<T>();
        var values = new T[Math.Min(entry.Count, slice)];
        for (var read = 0; read < entry.Count;)
        {
            if (read == values.Length)
                Array.Resize(ref values, (int)Math.Min(entry.Count, read * 2L));
            var count = Math.Min(slice, values.Length - read);
            ReadExactly(stream, MemoryMarshal.AsBytes(values.AsSpan(read, count)), $"tensor '{entry.Name}'");
            read += count;
        }
        return values;
    }

    private static void ReadExactly(Stream stream, Span<byte> bytes, string what)
    {
        if (stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length)
            throw Bad($"it ends within {what}");
    }

    private static FormatException Bad(string what) => new($"The safetensors data is damaged: {what}.");

    private sealed record Entry(string Name, SafetensorsType Type, long[] Shape, long Begin, long End, int Count);
}
