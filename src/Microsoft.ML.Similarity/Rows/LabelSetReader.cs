using Microsoft.ML.Data;

namespace Microsoft.ML.Similarity.Rows;

/// <summary>Reads a label column that is a vector, as the indices of a row's labels in a <see cref="LabelVocabulary"/>.</summary>
internal static class LabelSetReader
{
    /// <summary>
    /// A function that gives the distinct labels of the current row, ascending. Of Booleans, the number of a true slot is the label; else every value
    /// is one, but for missing keys and empty text.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The column's values are of another family than the vocabulary's.</exception>
    public static Func<int[]> Create(DataViewRow row, DataViewSchema.Column column, LabelVocabulary vocabulary)
    {
        LabelReader.CheckFamily(column, vocabulary);
        var item = ((VectorDataViewType)column.Type).ItemType;
        var type = item.RawType;
        if (item is KeyDataViewType)
        {
            var keys = new LabelReader.KeyTable(column, vocabulary);
            return type == typeof(byte) ? Values<byte>((key, _) => keys.IndexOf(key))
                : type == typeof(ushort) ? Values<ushort>((key, _) => keys.IndexOf(key))
                : type == typeof(uint) ? Values<uint>((key, _) => keys.IndexOf(key))
                : Values<ulong>((key, _) => keys.IndexOf(key));
        }
        return type == typeof(ReadOnlyMemory<char>) ? Values<ReadOnlyMemory<char>>((text, _) => text.IsEmpty ? LabelReader.Missing : vocabulary.Add(text.Span))
            : type == typeof(bool) ? Values<bool>((has, slot) => has ? vocabulary.Add(slot) : LabelReader.Missing)
            : type == typeof(sbyte) ? Values<sbyte>((label, _) => vocabulary.Add(label))
            : type == typeof(byte) ? Values<byte>((label, _) => vocabulary.Add(label))
            : type == typeof(short) ? Values<short>((label, _) => vocabulary.Add(label))
            : type == typeof(ushort) ? Values<ushort>((label, _) => vocabulary.Add(label))
            : type == typeof(int) ? Values<int>((label, _) => vocabulary.Add(label))
            : type == typeof(uint) ? Values<uint>((label, _) => vocabulary.Add(label))
            : type == typeof(long) ? Values<long>((label, _) => vocabulary.Add(label))
            : Values<ulong>((label, _) => vocabulary.Add(label));

        Func<int[]> Values<T>(Func<T, int, int> indexOf)
        {
            var getter = row.GetGetter<VBuffer<T>>(column);
            VBuffer<T> value = default;
            var labels = new SortedSet<int>();
            return () =>
            {
                getter(ref value);
                labels.Clear();
                foreach (var (slot, label) in value.Items(all: typeof(T) != typeof(bool)))
                    labels.Add(indexOf(label, slot));
                labels.Remove(LabelReader.Missing);
                return [.. labels];
            };
        }
    }
}
