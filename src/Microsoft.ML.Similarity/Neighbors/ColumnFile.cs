using System.Collections.Frozen;
using Microsoft.ML.Data;
using Microsoft.ML.Similarity.Persistence;

namespace Microsoft.ML.Similarity.Neighbors;

/// <summary>The columns of a segment as tensors: types that tensors lack are widened to one that holds them exactly.</summary>
internal static class ColumnFile
{
    private const int KindShift = 62;
    private const long TicksMask = (1L << KindShift) - 1;

    private static readonly FrozenDictionary<Type, Form> Forms = new Form[]
    {
        Form.Of<int, int>(v => v, v => v),
        Form.Of<long, long>(v => v, v => v),
        Form.Of<float, float>(v => v, v => v),
        Form.Of<double, double>(v => v, v => v),
        Form.Of<byte, byte>(v => v, v => v),
        Form.Of<bool, byte>(v => v ? (byte)1 : (byte)0, v => v != 0),
        Form.Of<sbyte, int>(v => v, v => checked((sbyte)v)),
        Form.Of<short, int>(v => v, v => checked((short)v)),
        Form.Of<ushort, int>(v => v, v => checked((ushort)v)),
        Form.Of<uint, long>(v => v, v => checked((uint)v)),
        Form.Of<ulong, long>(v => unchecked((long)v), v => unchecked((ulong)v)),
        Form.Of<TimeSpan, long>(v => v.Ticks, v => new TimeSpan(v)),
        Form.Of<DateTime, long>(v => v.Ticks | ((long)v.Kind << KindShift), v => new DateTime(v & TicksMask, (DateTimeKind)(v >>> KindShift))),
        Form.OfPair<DateTimeOffset>(
            v => (v.Ticks, v.Offset.Ticks), (ticks, offset) => new DateTimeOffset(ticks, new TimeSpan(offset))),
        Form.OfPair<DataViewRowId>(
            v => unchecked(((long)v.Low, (long)v.High)), (low, high) => new DataViewRowId(unchecked((ulong)low), unchecked((ulong)high))),
    }.SelectMany(form => form.Vectors is { } vectors ? [form, vectors] : new[] { form }).ToFrozenDictionary(form => form.Type);

    public static SafetensorsPart Part(string name, Array column) => Forms[column.GetType().GetElementType()!].Part(name, column);

    /// <exception cref="FormatException">There is no such tensor, or it is not of this type, length and range.</exception>
    public static Array Read(SafetensorsFile file, string name, Type type, int count)
    {
        try
        {
            return Forms[type].Read(file, name, count);
        }
        catch (Exception e) when (e is OverflowException or ArgumentException)
        {
            throw new FormatException($"Tensor '{name}' has values that {type} cannot hold.", e);
        }
    }

    public static void WriteTexts(Stream stream, IEnumerable<string> texts)
    {
        using var writer = new BinaryWriter(stream, System.Text.Encoding.UTF8, leaveOpen: true);
        foreach (var text in texts)
            writer.Write(text);
    }

    /// <exception cref="FormatException">There are fewer texts than rows.</exception>
    public static string[] ReadTexts(Stream stream, int count)
    {
        using var reader = new BinaryReader(stream, System.Text.Encoding.UTF8, leaveOpen: true);
        try
        {
            var texts = new string[count];
            for (var i = 0; i < count; i++)
                texts[i] = reader.ReadString();
            return texts;
        }
        catch (EndOfStreamException e)
        {
            throw new FormatException("The saved model is damaged: a column of texts ends too early.", e);
        }
    }

    private sealed record Form(Type Type, Func<string, Array, SafetensorsPart> Part, Func<SafetensorsFile, string, int, Array> Read)
    {
        /// <summary>The form of vectors of such values, where there is one.</summary>
        public Form? Vectors { get; private init; }

        public static Form Of<T, TStored>(Converter<T, TStored> store, Converter<TStored, T> restore)
            where TStored : unmanaged => new(
                typeof(T),
                (name, column) => SafetensorsPart.Of<TStored>(name, Array.ConvertAll((T[])column, store), column.Length),
                (file, name, count) => Array.ConvertAll(file.Get<TStored>(name, count), restore))
            {
                Vectors = OfVectors(store, restore),
            };

        private static Form OfVectors<T, TStored>(Converter<T, TStored> store, Converter<TStored, T> restore)
            where TStored : unmanaged => new(
                typeof(T[]),
                (name, column) =>
                {
                    // Removed rows have none.
                    var vectors = (T[]?[])column;
                    var size = vectors.First(vector => vector is not null)!.Length;
                    var values = new TStored[checked(vectors.Length * size)];
                    for (var i = 0; i < vectors.Length; i++)
                        Array.ConvertAll(vectors[i] ?? new T[size], store).CopyTo(values, i * size);
                    return SafetensorsPart.Of<TStored>(name, values, vectors.Length, size);
                },
                (file, name, count) =>
                {
                    var values = Array.ConvertAll(file.Get<TStored>(name, count, -1), restore);
                    var size = values.Length / count;
                    var vectors = new T[count][];
                    for (var i = 0; i < count; i++)
                        vectors[i] = values[(i * size)..((i + 1) * size)];
                    return vectors;
                });

        public static Form OfPair<T>(Func<T, (long, long)> store, Func<long, long, T> restore) => new(
            typeof(T),
            (name, column) =>
            {
                var values = new long[2 * column.Length];
                for (var i = 0; i < column.Length; i++)
                    (values[2 * i], values[(2 * i) + 1]) = store(((T[])column)[i]);
                return SafetensorsPart.Of<long>(name, values, column.Length, 2);
            },
            (file, name, count) =>
            {
                var stored = file.Get<long>(name, count, 2);
                var values = new T[count];
                for (var i = 0; i < count; i++)
                    values[i] = restore(stored[2 * i], stored[(2 * i) + 1]);
                return values;
            });
    }
}
