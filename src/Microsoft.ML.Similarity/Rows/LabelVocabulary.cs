using System.Globalization;
using Microsoft.ML.Data;

namespace Microsoft.ML.Similarity.Rows;

/// <summary>Labels of one family are comparable with one another.</summary>
internal enum LabelFamily
{
    /// <summary>Not a label type.</summary>
    None,

    Text,
    Integer,
    Boolean,

    /// <summary>Only as the values behind a key.</summary>
    Float,

    /// <summary>A key without values: its number is all there is.</summary>
    KeyNumber,
}

/// <summary>
/// The distinct values of label columns, numbered from 0 as they appear. Labels are the same when their values are the
/// same, whatever integer type or key number stands for them.
/// </summary>
/// <remarks>
/// Numbers are kept as <see cref="Int128"/>, which holds every integer type exactly, so no two labels are confused; a float
/// value is kept as its bits. Not safe for use by several threads while it grows; once frozen it is.
/// </remarks>
internal sealed class LabelVocabulary
{
    private readonly DistinctValues<string> _texts;
    private readonly DistinctValues<Int128> _numbers;
    private bool _frozen;

    public LabelVocabulary(LabelFamily family, PrimitiveDataViewType? valueType)
        : this(family, valueType, new(StringComparer.Ordinal), new(EqualityComparer<Int128>.Default))
    {
    }

    private LabelVocabulary(LabelFamily family, PrimitiveDataViewType? valueType, DistinctValues<string> texts, DistinctValues<Int128> numbers)
    {
        Family = family;
        ValueType = valueType;
        _texts = texts;
        _numbers = numbers;
    }

    public LabelFamily Family { get; }

    /// <summary>The type of the values as a column would hold them; null for keys without values.</summary>
    public PrimitiveDataViewType? ValueType { get; }

    public int Count => Family == LabelFamily.Text ? _texts.Count : _numbers.Count;

    public IReadOnlyList<string> Texts => _texts;

    public IReadOnlyList<Int128> Numbers => _numbers;

    public static LabelFamily FamilyOf(DataViewType type) => type switch
    {
        TextDataViewType => LabelFamily.Text,
        BooleanDataViewType => LabelFamily.Boolean,
        NumberDataViewType when type == NumberDataViewType.Single || type == NumberDataViewType.Double => LabelFamily.Float,
        NumberDataViewType => LabelFamily.Integer,
        _ => LabelFamily.None,
    };

    /// <summary>The type of a label of a column: its own, or that of its values where it is a vector.</summary>
    public static DataViewType LabelType(DataViewSchema.Column column) => column.Type is VectorDataViewType vector ? vector.ItemType : column.Type;

    /// <summary>An empty vocabulary for the values of a label column.</summary>
    public static LabelVocabulary For(DataViewSchema.Column column)
    {
        var label = LabelType(column);
        var type = label is KeyDataViewType ? LabelReader.KeyValuesType(column) : (PrimitiveDataViewType)label;
        return new(type is null ? LabelFamily.KeyNumber : FamilyOf(type), type);
    }

    /// <summary>From now on values not seen before are <see cref="LabelReader.Missing"/>, and several threads may read.</summary>
    public LabelVocabulary Freeze()
    {
        _frozen = true;
        return this;
    }

    /// <summary>A copy that may grow and shares the values there are; this one is frozen.</summary>
    public LabelVocabulary Copy()
    {
        Freeze();
        return new(Family, ValueType, _texts.Copy(), _numbers.Copy());
    }

    public int Add(ReadOnlySpan<char> text)
    {
        var number = _texts.Find(text);
        return number >= 0 ? number : _frozen ? LabelReader.Missing : _texts.Add(text.ToString());
    }

    public int Add(Int128 number)
    {
        var found = _numbers.Find(number);
        return found >= 0 ? found : _frozen ? LabelReader.Missing : _numbers.Add(number);
    }

    /// <summary>The label as text: what <c>SlotNames</c> show.</summary>
    public string TextOf(int index) => Family switch
    {
        LabelFamily.Text => _texts[index],
        LabelFamily.Boolean => _numbers[index] == 0 ? "False" : "True",
        LabelFamily.Float => DoubleOf(_numbers[index]).ToString(CultureInfo.InvariantCulture),
        _ => _numbers[index].ToString(CultureInfo.InvariantCulture),
    };

    /// <summary>Adds the values, in their order, as an annotation of their own type; keys without values get none.</summary>
    public void AddKeyValues(DataViewSchema.Annotations.Builder annotations, string kind = "KeyValues")
    {
        if (ValueType is null)
            return;
        var type = ValueType.RawType;
        if (type == typeof(ReadOnlyMemory<char>))
            AddAnnotation(annotations, kind, i => _texts[i].AsMemory());
        else if (type == typeof(bool))
            AddAnnotation(annotations, kind, i => _numbers[i] != 0);
        else if (type == typeof(float))
            AddAnnotation(annotations, kind, i => (float)DoubleOf(_numbers[i]));
        else if (type == typeof(double))
            AddAnnotation(annotations, kind, i => DoubleOf(_numbers[i]));
        else if (type == typeof(sbyte))
            AddAnnotation(annotations, kind, i => (sbyte)_numbers[i]);
        else if (type == typeof(byte))
            AddAnnotation(annotations, kind, i => (byte)_numbers[i]);
        else if (type == typeof(short))
            AddAnnotation(annotations, kind, i => (short)_numbers[i]);
        else if (type == typeof(ushort))
            AddAnnotation(annotations, kind, i => (ushort)_numbers[i]);
        else if (type == typeof(int))
            AddAnnotation(annotations, kind, i => (int)_numbers[i]);
        else if (type == typeof(uint))
            AddAnnotation(annotations, kind, i => (uint)_numbers[i]);
        else if (type == typeof(long))
            AddAnnotation(annotations, kind, i => (long)_numbers[i]);
        else
            AddAnnotation(annotations, kind, i => (ulong)_numbers[i]);
    }

    /// <summary>Adds the labels as text, as <c>SlotNames</c> wants them; keys without values get none.</summary>
    public void AddSlotNames(DataViewSchema.Annotations.Builder annotations)
    {
        if (ValueType is null)
            return;
        var names = Enumerable.Range(0, Count).Select(i => TextOf(i).AsMemory()).ToArray();
        annotations.Add("SlotNames", new VectorDataViewType(TextDataViewType.Instance, names.Length),
            (ref VBuffer<ReadOnlyMemory<char>> value) => new VBuffer<ReadOnlyMemory<char>>(names.Length, names).CopyTo(ref value));
    }

    public static Int128 NumberOf(double value) => BitConverter.DoubleToInt64Bits(value == 0 ? 0d : value);   // -0 is 0

    public static double DoubleOf(Int128 number) => BitConverter.Int64BitsToDouble((long)number);

    private void AddAnnotation<T>(DataViewSchema.Annotations.Builder annotations, string kind, Func<int, T> value)
    {
        var values = Enumerable.Range(0, Count).Select(value).ToArray();
        annotations.Add(kind, new VectorDataViewType(ValueType, values.Length),
            (ref VBuffer<T> destination) => new VBuffer<T>(values.Length, values).CopyTo(ref destination));
    }
}
