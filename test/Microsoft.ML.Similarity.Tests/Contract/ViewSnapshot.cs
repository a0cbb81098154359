using Microsoft.ML.Data;

namespace Microsoft.ML.Similarity.Tests.Contract;

/// <summary>All rows of a view, read once by a single cursor: what every other way of reading is compared with.</summary>
internal sealed class ViewSnapshot
{
    private readonly Dictionary<DataViewRowId, int> _index = [];
    private readonly List<object?[]> _rows = [];

    public int Count => _rows.Count;

    public IReadOnlyList<object?> this[int row] => _rows[row];

    public static ViewSnapshot Take(IDataView view)
    {
        var snapshot = new ViewSnapshot();
        using var cursor = view.GetRowCursor(view.Schema);
        var readers = view.Schema.Select(c => ValueReader.Create(cursor, c)).ToArray();
        var id = cursor.GetIdGetter();
        DataViewRowId value = default;
        while (cursor.MoveNext())
        {
            id(ref value);
            Assert.That(cursor.Position, Is.EqualTo(snapshot.Count), "positions count rows from 0");
            Assert.That(snapshot._index.TryAdd(value, snapshot.Count), Is.True, $"row id {value} comes twice");
            snapshot._rows.Add(Array.ConvertAll(readers, read => read()));
        }
        return snapshot;
    }

    public int IndexOf(DataViewRowId id)
    {
        Assert.That(_index, Does.ContainKey(id), "a row id not seen before");
        return _index[id];
    }
}
