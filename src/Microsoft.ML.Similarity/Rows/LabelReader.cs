using Microsoft.ML.Data;

namespace Microsoft.ML.Similarity.Rows;

/// <summary>Reads a label column of any supported type as indices into a <see cref="LabelVocabulary"/>.</summary>
internal static class LabelReader
{
    /// <summary>The index of a missing label: key 0, or empty text.</summary>
    public const int Missing = -1;

    /// <summary>
    /// A function that gives the vocabulary's index of the current row's label, or <see cref="Missing"/>. Labels not seen
    /// before are added to the vocabulary.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The column's values are of another family than the vocabulary's.</exception>
    public static Func<int> Create(DataViewRow row, DataViewSchema.Column column, LabelVocabulary vocabulary)
    {
        CheckFamily(column, vocabulary);
        var type = column.Type.RawType;
        if (column.Type is KeyDataViewType)
            return Keys(row, column, vocabulary);
        if (type == typeof(ReadOnlyMemory<char>))
        {
            var getter = row.GetGetter<ReadOnlyMemory<char>>(column);
            ReadOnlyMemory<char> text = default;
            return () =>
            {
                getter(ref text);
                return text.IsEmpty ? Missing : vocabulary.Add(text.Span);
            };
        }
        return type == typeof(bool) ? Numbers<bool>(row, column, vocabulary, v => v ? 1 : 0)
            : type == typeof(sbyte) ? Numbers<sbyte>(row, column, vocabulary, v => v)
            : type == typeof(byte) ? Numbers<byte>(row, column, vocabulary, v => v)
            : type == typeof(short) ? Numbers<short>(row, column, vocabulary, v => v)
            : type == typeof(ushort) ? Numbers<ushort>(row, column, vocabulary, v => v)
            : type == typeof(int) ? Numbers<int>(row, column, vocabulary, v => v)
            : type == typeof(uint) ? Numbers<uint>(row, column, vocabulary, v => v)
            : type == typeof(long) ? Numbers<long>(row, column, vocabulary, v => v)
            : Numbers<ulong>(row, column, vocabulary, v => v);
    }

    /// <summary>Refuses a column whose labels are of another family than the vocabulary's.</summary>
    /// <exception cref="ArgumentOutOfRangeException">They are.</exception>
    public static void CheckFamily(DataViewSchema.Column column, LabelVocabulary vocabulary)
    {
        var family = LabelVocabulary.For(column).Family;
        if (family != vocabulary.Family)
            throw InputColumns.Mismatch("label", column.Name, $"labels of the same kind as before ({vocabulary.Family})", $"{column.Type} ({family})");
    }

    /// <summary>Adds all values of a key column in the order of its keys, so that indices equal key numbers less one.</summary>
    public static void AddAllKeys(DataViewSchema.Column column, LabelVocabulary vocabulary)
    {
        var values = new KeyTable(column, vocabulary);
        for (var key = 1ul; key <= ((KeyDataViewType)LabelVocabulary.LabelType(column)).Count; key++)
            values.IndexOf(key);
    }

    /// <summary>The type of a key column's values, or null where it has none.</summary>
    public static PrimitiveDataViewType? KeyValuesType(DataViewSchema.Column column) =>
        column.Annotations.Schema.GetColumnOrNull("KeyValues")?.Type is VectorDataViewType { IsKnownSize: true } type
        && LabelVocabulary.FamilyOf(type.ItemType) != LabelFamily.None
            ? type.ItemType
            : null;

    /// <summary>A function that gives the current row's key number; 0 is missing.</summary>
    public static Func<ulong> KeyNumbers(DataViewRow row, DataViewSchema.Column column)
    {
        var type = column.Type.RawType;
        return type == typeof(byte) ? Raw<byte>(v => v)
            : type == typeof(ushort) ? Raw<ushort>(v => v)
            : type == typeof(uint) ? Raw<uint>(v => v)
            : Raw<ulong>(v => v);

        Func<ulong> Raw<T>(Func<T, ulong> widen)
        {
            var getter = row.GetGetter<T>(column);
            T value = default!;
            return () =>
            {
                getter(ref value);
                return widen(value);
            };
        }
    }

    private static Func<int> Keys(DataViewRow row, DataViewSchema.Column column, LabelVocabulary vocabulary)
    {
        var number = KeyNumbers(row, column);
        var table = new KeyTable(column, vocabulary);
        return () => table.IndexOf(number());
    }

    private static Func<int> Numbers<T>(DataViewRow row, DataViewSchema.Column column, LabelVocabulary vocabulary, Func<T, Int128> widen)
    {
        var getter = row.GetGetter<T>(column);
        T value = default!;
        return () =>
        {
            getter(ref value);
            return vocabulary.Add(widen(value));
        };
    }

    /// <summary>From the key numbers of a column, or of a vector's values, to the vocabulary's indices, looked up on first use by the values behind the keys.</summary>
    internal sealed class KeyTable
    {
        private readonly LabelVocabulary _vocabulary;
        private readonly Func<int, int> _add;
        private readonly Dictionary<ulong, int> _indices = [];
        private readonly ulong _count;

        public KeyTable(DataViewSchema.Column column, LabelVocabulary vocabulary)
        {
            _vocabulary = vocabulary;
            _count = ((KeyDataViewType)LabelVocabulary.LabelType(column)).Count;
            var type = KeyValuesType(column)?.RawType;
            _add = type is null ? i => _vocabulary.Add((Int128)i + 1)
                : type == typeof(ReadOnlyMemory<char>) ? Texts(column)
                : type == typeof(bool) ? Values<bool>(column, v => v ? 1 : 0)
                : type == typeof(float) ? Values<float>(column, v => LabelVocabulary.NumberOf(v))
                : type == typeof(double) ? Values<double>(column, LabelVocabulary.NumberOf)
                : type == typeof(sbyte) ? Values<sbyte>(column, v => v)
                : type == typeof(byte) ? Values<byte>(column, v => v)
                : type == typeof(short) ? Values<short>(column, v => v)
                : type == typeof(ushort) ? Values<ushort>(column, v => v)
                : type == typeof(int) ? Values<int>(column, v => v)
                : type == typeof(uint) ? Values<uint>(column, v => v)
                : type == typeof(long) ? Values<long>(column, v => v)
                : Values<ulong>(column, v => v);
        }

        public int IndexOf(ulong key)
        {
            if (key == 0 || key > _count)
                return Missing;
            if (!_indices.TryGetValue(key, out var index))
                _indices.Add(key, index = _add((int)(key - 1)));
            return index;
        }

        private Func<int, int> Texts(DataViewSchema.Column column)
        {
            var values = KeyValues<ReadOnlyMemory<char>>(column);
            return i => _vocabulary.Add(values[i].Span);
        }

        private Func<int, int> Values<T>(DataViewSchema.Column column, Func<T, Int128> widen)
        {
            var values = KeyValues<T>(column);
            return i => _vocabulary.Add(widen(values[i]));
        }

        private static T[] KeyValues<T>(DataViewSchema.Column column)
        {
            VBuffer<T> values = default;
            column.Annotations.GetValue("KeyValues", ref values);
            return [.. values.DenseValues()];
        }
    }
}
