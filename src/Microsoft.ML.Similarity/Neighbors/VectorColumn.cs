using Microsoft.ML.Data;

namespace Microsoft.ML.Similarity.Neighbors;

/// <summary>A carried column of vectors of one size: the neighbours' vectors come out one after the other.</summary>
internal sealed class VectorColumn<T>(string name, PrimitiveDataViewType itemType, int size) : CarriedColumn(name)
{
    public override PrimitiveDataViewType ItemType => itemType;

    public override int? Size => size;

    public override Type StoredType => typeof(T[]);

    public override string InputType => $"Vector<{itemType}, {size}>";

    protected override VectorDataViewType OutputType => new(itemType, 0, size);

    public override bool Takes(DataViewType type) => type is VectorDataViewType vector && vector.Size == size && vector.ItemType.Equals(itemType);

    public override ColumnReader CreateReader(DataViewRow row)
    {
        var getter = row.GetGetter<VBuffer<T>>(row.Schema[Name]);
        VBuffer<T> value = default;
        return new ColumnReader<T[]>(() =>
        {
            getter(ref value);
            return value.Length == size
                ? [.. value.DenseValues()]
                : throw new InvalidOperationException($"Column '{Name}' promised vectors of {size} values and gave one of {value.Length}.");
        });
    }

    public override CarriedColumn Copy() => this;

    public override Delegate CreateGetter(ReferenceSet set, NeighborResults results, int index, Func<int> slot) =>
        (ValueGetter<VBuffer<T>>)((ref VBuffer<T> value) =>
        {
            var rows = results.Rows(slot());
            var editor = VBufferEditor.Create(ref value, checked(rows.Length * size));
            for (var i = 0; i < rows.Length; i++)
                set.Value<T[]>(rows[i], index).CopyTo(editor.Values[(i * size)..]);
            value = editor.Commit();
        });
}
