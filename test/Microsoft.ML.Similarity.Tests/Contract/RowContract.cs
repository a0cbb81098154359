using Microsoft.ML.Data;

namespace Microsoft.ML.Similarity.Tests.Contract;

/// <summary>What rows must hold, however they are read.</summary>
internal static class RowContract
{
    /// <summary>A view gives the expected rows under every choice of columns, with several cursors at once, split and shuffled.</summary>
    public static void Holds(IDataView view, ViewSnapshot expected, double tolerance, string who)
    {
        var subsets = new List<(string Name, Predicate<DataViewSchema.Column> Needs)>
        {
            ("all columns", _ => true),
            ("even columns", c => c.Index % 2 == 0),
            ("odd columns", c => c.Index % 2 != 0),
            ("no column", _ => false),
        };
        subsets.AddRange(view.Schema.Select(c => ($"only '{c.Name}'", (Predicate<DataViewSchema.Column>)(o => o.Index == c.Index))));
        foreach (var (name, needs) in subsets)
            OneCursor(view, needs, expected, tolerance, $"{who}, {name}");
        SeveralCursors(view, expected, tolerance, $"{who}, several cursors at once");
        CursorSet(view, expected, tolerance, $"{who}, a set of cursors");
        Shuffled(view, expected, tolerance, $"{who}, shuffled");
    }

    /// <summary>The row mapper keeps its input schema the same object, and gives one by one what the view gives.</summary>
    public static void MapperAgrees(IRowToRowMapper mapper, IDataView data, DataViewSchema schema, ViewSnapshot expected, double tolerance)
    {
        Assert.That(mapper.InputSchema, Is.SameAs(data.Schema), "the mapper's input schema is the same object as the data's");
        SchemaContract.AreSame(schema, mapper.OutputSchema, "the mapper's output schema");
        var needed = mapper.GetDependencies(mapper.OutputSchema).ToList();
        Assert.That(needed.Select(c => c.Index), Is.SubsetOf(data.Schema.Select(c => c.Index)), "the mapper's dependencies");
        using var cursor = data.GetRowCursor(needed);
        using var row = mapper.GetRow(cursor, mapper.OutputSchema);
        var check = new RowCheck(row, mapper.OutputSchema, expected, tolerance, "the row mapper");
        while (cursor.MoveNext())
            check.Current();
        check.End();
    }

    private static void OneCursor(IDataView view, Predicate<DataViewSchema.Column> needs, ViewSnapshot expected, double tolerance, string what)
    {
        using var cursor = view.GetRowCursor(view.Schema.Where(c => needs(c)));
        Assert.That(cursor.Schema, Is.SameAs(view.Schema), $"{what}: the cursor's schema is the view's");
        foreach (var column in view.Schema.Where(c => !needs(c) && !cursor.IsColumnActive(c)))
            Assert.That(() => ValueReader.Create(cursor, column), Throws.Exception, $"{what}: a getter of the inactive column '{column.Name}'");
        var check = new RowCheck(cursor, view.Schema.Where(c => needs(c)), expected, tolerance, what);
        while (cursor.MoveNext())
            check.Current();
        check.End();
    }

    // One cursor stays ahead of the other, and a third is abandoned on its way.
    private static void SeveralCursors(IDataView view, ViewSnapshot expected, double tolerance, string what)
    {
        const int lead = 3;
        using var first = view.GetRowCursor(view.Schema);
        using var second = view.GetRowCursor(view.Schema.Where(c => c.Index % 2 != 0));
        var ahead = new RowCheck(first, view.Schema, expected, tolerance, $"{what}: the one ahead");
        var behind = new RowCheck(second, view.Schema.Where(c => c.Index % 2 != 0), expected, tolerance, $"{what}: the one behind");
        for (var row = 0; row < expected.Count + lead; row++)
        {
            if (first.MoveNext())
                ahead.Current();
            if (row < lead)
                continue;
            Assert.That(second.MoveNext(), Is.True, $"{what}: rows of the one behind");
            behind.Current();
            if (row == lead)
                AbandonOne(view);
        }
        ahead.End();
        behind.End();
    }

    private static void AbandonOne(IDataView view)
    {
        using var cursor = view.GetRowCursor(view.Schema);
        cursor.MoveNext();
    }

    private static void CursorSet(IDataView view, ViewSnapshot expected, double tolerance, string what)
    {
        var cursors = view.GetRowCursorSet(view.Schema, 3);
        Assert.That(cursors, Is.Not.Empty, what);
        var checks = Array.ConvertAll(cursors, c => new RowCheck(c, view.Schema, expected, tolerance, what, byId: true));
        for (var open = cursors.Length; open > 0;)
        {
            open = 0;
            for (var i = 0; i < cursors.Length; i++)
            {
                if (!cursors[i].MoveNext())
                    continue;
                checks[i].Current();
                open++;
            }
        }
        Array.ForEach(cursors, c => c.Dispose());
        Assert.That(checks.SelectMany(c => c.Seen), Is.EquivalentTo(Enumerable.Range(0, expected.Count)), $"{what}: each row comes once");
    }

    private static void Shuffled(IDataView view, ViewSnapshot expected, double tolerance, string what)
    {
        using var cursor = view.GetRowCursor(view.Schema, new Random(1));
        var check = new RowCheck(cursor, view.Schema, expected, tolerance, what, byId: true);
        while (cursor.MoveNext())
            check.Current();
        Assert.That(check.Seen, Is.EquivalentTo(Enumerable.Range(0, expected.Count)), $"{what}: each row comes once");
    }

    /// <summary>Compares the rows of one cursor with the expected ones.</summary>
    private sealed class RowCheck
    {
        private readonly DataViewRow _row;
        private readonly ViewSnapshot _expected;
        private readonly double _tolerance;
        private readonly string _what;
        private readonly bool _byId;
        private readonly (DataViewSchema.Column Column, Func<object?> Read)[] _readers;
        private readonly ValueGetter<DataViewRowId> _id;

        public RowCheck(
            DataViewRow row, IEnumerable<DataViewSchema.Column> columns, ViewSnapshot expected, double tolerance, string what, bool byId = false)
        {
            _row = row;
            _expected = expected;
            _tolerance = tolerance;
            _what = what;
            _byId = byId;
            _readers = [.. columns.Select(c => (c, ValueReader.Create(row, c)))];
            _id = row.GetIdGetter();
        }

        public List<int> Seen { get; } = [];

        public void Current()
        {
            DataViewRowId id = default;
            _id(ref id);
            var index = _expected.IndexOf(id);
            if (!_byId)
            {
                Assert.That(index, Is.EqualTo(Seen.Count), $"{_what}: row ids come in their order");
                Assert.That(_row.Position, Is.EqualTo(Seen.Count), $"{_what}: positions");
            }
            Seen.Add(index);
            foreach (var (column, read) in _readers)
            {
                var value = read();
                var wanted = _expected[index][column.Index];
                if (!ValueReader.AreEqual(wanted, value, _tolerance))
                    Assert.Fail($"{_what}: row {index}, column '{column.Name}': expected {ValueReader.Show(wanted)}, got {ValueReader.Show(value)}");
            }
        }

        public void End() => Assert.That(Seen, Has.Count.EqualTo(_expected.Count), $"{_what}: rows");
    }
}
