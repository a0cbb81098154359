using Microsoft.ML.Data;
using Microsoft.ML.Similarity.Rows;

namespace Microsoft.ML.Similarity.Neighbors;

/// <summary>A view of values in memory, which never change.</summary>
internal sealed class ListsView : IDataView
{
    private readonly int _count;
    private readonly Func<Func<int>, Delegate>[] _getters;

    /// <param name="count">The number of rows.</param>
    /// <param name="columns">The columns; each makes a getter of the value in the row that a function names.</param>
    public ListsView(int count, params (DataViewSchema.DetachedColumn Column, Func<Func<int>, Delegate> CreateGetter)[] columns)
    {
        _count = count;
        _getters = Array.ConvertAll(columns, c => c.CreateGetter);
        var schema = new DataViewSchema.Builder();
        schema.AddColumns(columns.Select(c => c.Column));
        Schema = schema.ToSchema();
    }

    public bool CanShuffle => false;

    public DataViewSchema Schema { get; }

    public long? GetRowCount() => _count;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        var active = new bool[Schema.Count];
        foreach (var column in columnsNeeded)
            active[IndexOf(column)] = true;
        return new Cursor(this, active);
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];

    private int IndexOf(DataViewSchema.Column column) =>
        column.Index < Schema.Count && Schema[column.Index].Name == column.Name
            ? column.Index
            : throw new ArgumentOutOfRangeException(nameof(column), $"Column '{column.Name}' is not part of this schema.");

    private sealed class Cursor(ListsView view, bool[] active) : DataViewRowCursor
    {
        private long _position = -1;
        private bool _ended;

        public override long Position => _position;

        public override long Batch => 0;

        public override DataViewSchema Schema => view.Schema;

        public override bool IsColumnActive(DataViewSchema.Column column) => active[view.IndexOf(column)];

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            var index = view.IndexOf(column);
            return active[index]
                ? BatchBinding.Typed<TValue>(view._getters[index](Row), column)
                : throw new ArgumentOutOfRangeException(nameof(column), $"Column '{column.Name}' was not asked for when this cursor was made.");
        }

        public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId value) => value = new((ulong)Row(), 0);

        public override bool MoveNext()
        {
            if (_ended || ++_position == view._count)
            {
                _ended = true;
                _position = -1;
            }
            return !_ended;
        }

        protected override void Dispose(bool disposing)
        {
            _ended = true;
            _position = -1;
            base.Dispose(disposing);
        }

        private int Row() => _position >= 0 ? (int)_position : throw BatchBinding.NotOnARow();
    }
}
