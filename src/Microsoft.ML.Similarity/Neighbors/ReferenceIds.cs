using Microsoft.ML.Similarity.Rows;

namespace Microsoft.ML.Similarity.Neighbors;

/// <summary>Ids that tell rows apart by a column: a query is never its own neighbour, nor that of another row with its id.</summary>
internal sealed class ReferenceIds(string column, LabelVocabulary ids)
{
    private const string Role = "row id";

    public string Column => column;

    public LabelVocabulary Ids => ids;

    public static void Check(SchemaShape shape, string column) => InputColumns.CheckLabel(shape, column, Role);

    public static ReferenceIds Create(DataViewSchema rows, string column) => new(column, LabelVocabulary.For(InputColumns.Label(rows, column, Role)));

    public DataViewSchema.Column Required(DataViewSchema rows)
    {
        var found = InputColumns.Label(rows, column, Role);
        var family = LabelVocabulary.For(found).Family;
        return family == ids.Family
            ? found
            : throw InputColumns.Mismatch(Role, column, $"ids of the same kind as before ({ids.Family})", $"{found.Type} ({family})");
    }

    /// <summary>Reads the current row's id as a number; ids not seen before get a new one, or none once the ids are frozen.</summary>
    public Func<int> CreateReader(DataViewRow row) => LabelReader.Create(row, row.Schema[column], ids);

    public ReferenceIds Copy() => new(column, ids.Copy());
}
