namespace Microsoft.ML.Similarity.Interop;

/// <summary>Schema shapes, whose constructors and comparisons ML.NET keeps internal.</summary>
internal static class Shapes
{
    /// <summary>The shape of the visible columns of a schema.</summary>
    public static SchemaShape Of(DataViewSchema schema) => SchemaShape.Create(schema);

    /// <summary>The shape of one column as a transformer would deliver it: kind, item type, key and annotations.</summary>
    public static SchemaShape.Column Of(DataViewSchema.DetachedColumn column)
    {
        var schema = new DataViewSchema.Builder();
        schema.AddColumn(column.Name, column.Type, column.Annotations);
        return Of(schema.ToSchema())[0];
    }

    public static SchemaShape.Column? Find(this SchemaShape shape, string name) =>
        shape.TryFindColumn(name, out var column) ? column : null;

    /// <summary>The shape with columns added; an added column hides one of the same name.</summary>
    public static SchemaShape With(this SchemaShape shape, IEnumerable<DataViewSchema.DetachedColumn> added)
    {
        var columns = added.Select(Of).ToArray();
        return new SchemaShape(shape.Where(c => Array.TrueForAll(columns, a => a.Name != c.Name)).Concat(columns));
    }

    /// <summary>As in ML.NET's own messages: <c>Vector&lt;Single&gt;</c>, <c>Key&lt;UInt32&gt;</c>.</summary>
    public static string Describe(this SchemaShape.Column column) => column.GetTypeString();

    /// <summary>Whether a column of this shape gives all that <paramref name="needed"/> asks for.</summary>
    public static bool Covers(this SchemaShape.Column given, SchemaShape.Column needed) => needed.IsCompatibleWith(given);
}
