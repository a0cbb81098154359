using Microsoft.ML.Data;
using Microsoft.ML.Similarity.Interop;
using Microsoft.ML.Similarity.Rows;

namespace Microsoft.ML.Similarity.Neighbors;

/// <summary>The neighbours themselves: their row numbers, distances and columns.</summary>
internal sealed class ColumnsOutput(string outputColumn, IReadOnlyList<CarriedColumn> columns) : NeighborOutput
{
    public string OutputColumn => outputColumn;

    public IReadOnlyList<CarriedColumn> Columns => columns;

    public override IReadOnlyList<DataViewSchema.Column> Required(DataViewSchema rows)
    {
        var shape = Shapes.Of(rows);
        return [.. columns.Select(c => rows[CarriedColumn.Find(shape, c.Name).Name]).Select(CheckType)];
    }

    public override IReadOnlyList<ColumnReader> CreateReaders(DataViewRow row) => [.. columns.Select(c => c.CreateReader(row))];

    public override string DescribeEmpty() => "The data has no rows.";

    public override NeighborOutput Copy() => new ColumnsOutput(outputColumn, [.. columns.Select(c => c.Copy())]);

    public override IReadOnlyList<DataViewSchema.DetachedColumn> GetOutputColumns(DataViewSchema input) =>
    [
        new(outputColumn + "Row", new VectorDataViewType(NumberDataViewType.Int64)),
        new(outputColumn + "Distance", new VectorDataViewType(NumberDataViewType.Single)),
        .. columns.Select(c => c.ToOutput(outputColumn)),
    ];

    public override Delegate CreateGetter(ReferenceSet set, NeighborResults results, int outputColumn, Func<int> slot)
    {
        if (outputColumn == 0)
        {
            return (ValueGetter<VBuffer<long>>)((ref VBuffer<long> value) =>
            {
                var rows = results.Rows(slot());
                var editor = VBufferEditor.Create(ref value, rows.Length);
                for (var i = 0; i < rows.Length; i++)
                    editor.Values[i] = rows[i];
                value = editor.Commit();
            });
        }
        if (outputColumn == 1)
        {
            return (ValueGetter<VBuffer<float>>)((ref VBuffer<float> value) =>
            {
                var distances = results.Distances(slot());
                var editor = VBufferEditor.Create(ref value, distances.Length);
                distances.CopyTo(editor.Values);
                value = editor.Commit();
            });
        }
        return columns[outputColumn - 2].CreateGetter(set, results, outputColumn - 2, slot);
    }

    private DataViewSchema.Column CheckType(DataViewSchema.Column column)
    {
        var carried = columns.First(c => c.Name == column.Name);
        return carried.Takes(column.Type)
            ? column
            : throw InputColumns.Mismatch("neighbour", column.Name, carried.InputType, column.Type.ToString()!);
    }
}
