using System.Reflection;
using Microsoft.ML.Data;
using Microsoft.ML.Similarity.Interop;
using Microsoft.ML.Similarity.Rows;

namespace Microsoft.ML.Similarity.Neighbors;

/// <summary>A column of the reference rows that is given back for each neighbour.</summary>
internal abstract class CarriedColumn(string name)
{
    private const string Supported = "Key, String, Boolean, a number, DateTime, DateTimeOffset, TimeSpan, DataViewRowId, or a vector of known size of numbers or Boolean";

    private static readonly MethodInfo OfMethod =
        typeof(CarriedColumn).GetMethod(nameof(Of), BindingFlags.NonPublic | BindingFlags.Static)!;

    private static readonly MethodInfo OfVectorsMethod =
        typeof(CarriedColumn).GetMethod(nameof(OfVectorsOf), BindingFlags.NonPublic | BindingFlags.Static)!;

    public string Name => name;

    /// <summary>The type of one neighbour's value, or of the values of its vector.</summary>
    public abstract PrimitiveDataViewType ItemType { get; }

    /// <summary>Of vectors, how many values one has.</summary>
    public virtual int? Size => null;

    /// <summary>The type that the rows hold.</summary>
    public virtual Type StoredType => ItemType.RawType;

    /// <summary>What later rows must have, for messages.</summary>
    public virtual string InputType => ItemType.ToString()!;

    protected virtual VectorDataViewType OutputType => new(ItemType);

    /// <summary>The values behind the keys, or null where the column is no key.</summary>
    public virtual LabelVocabulary? Keys => null;

    /// <summary>Whether later rows may have a column of the type.</summary>
    public virtual bool Takes(DataViewType type) => type.Equals(ItemType);

    public abstract ColumnReader CreateReader(DataViewRow row);

    public abstract CarriedColumn Copy();

    /// <param name="set">The reference rows.</param>
    /// <param name="results">The neighbours found.</param>
    /// <param name="index">Which of the rows' columns holds the values.</param>
    /// <param name="slot">Names the query.</param>
    public abstract Delegate CreateGetter(ReferenceSet set, NeighborResults results, int index, Func<int> slot);

    public DataViewSchema.DetachedColumn ToOutput(string prefix)
    {
        var annotations = new DataViewSchema.Annotations.Builder();
        Keys?.AddKeyValues(annotations);
        return new(prefix + Name, OutputType, annotations.ToAnnotations());
    }

    public static CarriedColumn Create(DataViewSchema.Column column)
    {
        var shape = Shapes.Of(new DataViewSchema.DetachedColumn(column.Name, column.Type));
        return shape.IsKey ? OfKeys(column.Name, Vocabularies.Create(column))
            : column.Type is VectorDataViewType vectors ? OfVectors(column.Name, vectors.ItemType, vectors.Size)
            : Create(shape);
    }

    /// <summary>A column of this shape, as far as its type and annotations go.</summary>
    public static CarriedColumn Create(SchemaShape.Column column) =>
        column.IsKey ? OfKeys(column.Name, Vocabularies.Sample(column))
        : column.Kind == SchemaShape.Column.VectorKind.Vector ? OfVectors(column.Name, (PrimitiveDataViewType)column.ItemType, size: 1)
        : OfType(column.Name, (PrimitiveDataViewType)column.ItemType);

    public static CarriedColumn OfKeys(string name, LabelVocabulary keys) => new KeyColumn(name, keys);

    public static CarriedColumn OfType(string name, PrimitiveDataViewType type) =>
        type is TextDataViewType ? new TextColumn(name) : (CarriedColumn)OfMethod.MakeGenericMethod(type.RawType).Invoke(null, [name, type])!;

    public static CarriedColumn OfVectors(string name, PrimitiveDataViewType itemType, int size) =>
        (CarriedColumn)OfVectorsMethod.MakeGenericMethod(itemType.RawType).Invoke(null, [name, itemType, size])!;

    /// <exception cref="ArgumentOutOfRangeException">The column is missing, or of a type that cannot be carried.</exception>
    public static SchemaShape.Column Find(SchemaShape shape, string name)
    {
        var column = shape.Find(name) ?? throw new ArgumentOutOfRangeException(
            "inputSchema", $"Could not find the column '{name}', to be given back for each neighbour, in the input schema.");
        var isTaken = column.Kind switch
        {
            SchemaShape.Column.VectorKind.Scalar => column.ItemType is PrimitiveDataViewType,
            SchemaShape.Column.VectorKind.Vector => !column.IsKey && column.ItemType is (NumberDataViewType or BooleanDataViewType),
            _ => false,
        };
        return isTaken ? column : throw InputColumns.Mismatch("neighbour", name, Supported, column.Describe());
    }

    private static VectorColumn<T> OfVectorsOf<T>(string name, PrimitiveDataViewType itemType, int size) => new(name, itemType, size);

    private static PlainColumn<T> Of<T>(string name, PrimitiveDataViewType type) => new(name, type);

    private static ValueGetter<VBuffer<TOut>> Getter<TOut>(NeighborResults results, Func<int> slot, Func<int, TOut> valueOfRow) =>
        (ref VBuffer<TOut> value) =>
        {
            var rows = results.Rows(slot());
            var editor = VBufferEditor.Create(ref value, rows.Length);
            for (var i = 0; i < rows.Length; i++)
                editor.Values[i] = valueOfRow(rows[i]);
            value = editor.Commit();
        };

    private sealed class PlainColumn<T>(string name, PrimitiveDataViewType type) : CarriedColumn(name)
    {
        public override PrimitiveDataViewType ItemType => type;

        public override ColumnReader CreateReader(DataViewRow row)
        {
            var getter = row.GetGetter<T>(row.Schema[Name]);
            T value = default!;
            return new ColumnReader<T>(() =>
            {
                getter(ref value);
                return value;
            });
        }

        public override CarriedColumn Copy() => this;

        public override Delegate CreateGetter(ReferenceSet set, NeighborResults results, int index, Func<int> slot) =>
            Getter(results, slot, row => set.Value<T>(row, index));
    }

    private sealed class TextColumn(string name) : CarriedColumn(name)
    {
        public override PrimitiveDataViewType ItemType => TextDataViewType.Instance;

        public override Type StoredType => typeof(string);

        // Copied: the text of a row may lie in a buffer that is used again for the next.
        public override ColumnReader CreateReader(DataViewRow row)
        {
            var getter = row.GetGetter<ReadOnlyMemory<char>>(row.Schema[Name]);
            ReadOnlyMemory<char> value = default;
            return new ColumnReader<string>(() =>
            {
                getter(ref value);
                return value.ToString();
            });
        }

        public override CarriedColumn Copy() => this;

        public override Delegate CreateGetter(ReferenceSet set, NeighborResults results, int index, Func<int> slot) =>
            Getter(results, slot, row => set.Value<string>(row, index).AsMemory());
    }

    private sealed class KeyColumn(string name, LabelVocabulary keys) : CarriedColumn(name)
    {
        public override PrimitiveDataViewType ItemType => new KeyDataViewType(typeof(uint), keys.Count);

        public override LabelVocabulary Keys => keys;

        public override Type StoredType => typeof(int);

        public override string InputType => "Key";

        // Keys may be numbered otherwise from set to set.
        public override bool Takes(DataViewType type) => type is KeyDataViewType;

        public override ColumnReader CreateReader(DataViewRow row) => new ColumnReader<int>(LabelReader.Create(row, row.Schema[Name], keys));

        public override CarriedColumn Copy() => new KeyColumn(Name, keys.Copy());

        public override Delegate CreateGetter(ReferenceSet set, NeighborResults results, int index, Func<int> slot) =>
            Getter(results, slot, row => (uint)(set.Value<int>(row, index) + 1));
    }
}
