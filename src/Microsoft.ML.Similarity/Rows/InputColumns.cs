using Microsoft.ML.Data;
using Microsoft.ML.Similarity.Interop;
using Microsoft.ML.Transforms.Image;

namespace Microsoft.ML.Similarity.Rows;

/// <summary>
/// Finds the columns a stage reads and refuses those of another type, with the same words for a schema and for its shape.
/// </summary>
/// <remarks>All methods throw <see cref="ArgumentOutOfRangeException"/>, as ML.NET does for a schema that does not fit.</remarks>
internal static class InputColumns
{
    /// <summary>A vector of a known number of <see cref="float"/> values.</summary>
    /// <param name="shape">The input's shape.</param>
    /// <param name="name">The column's name.</param>
    /// <param name="role">What the column is for, as the message names it.</param>
    /// <param name="orPictures">Whether pictures will do: images, or the bytes of files.</param>
    public static void CheckFeatures(SchemaShape shape, string name, string role = "feature", bool orPictures = false) =>
        Check(shape, name, role, orPictures ? FeatureTypes : "Vector<Single>", orPictures ? IsFeaturesOrPicture : IsFeatures);

    /// <param name="schema">The input's schema.</param>
    /// <param name="name">The column's name.</param>
    /// <param name="role">What the column is for, as the message names it.</param>
    /// <param name="dimension">The number of values wanted of a vector, or null for any.</param>
    /// <param name="orPictures">Whether pictures will do: images, or the bytes of files.</param>
    public static DataViewSchema.Column Features(
        DataViewSchema schema, string name, string role = "feature", int? dimension = null, bool orPictures = false)
    {
        var column = Find(schema, name, role, orPictures ? FeatureTypes : "Vector<Single>", orPictures ? IsFeaturesOrPicture : IsFeatures);
        if (IsPicture(column.Type))
            return column;
        var size = ((VectorDataViewType)column.Type).Size;
        return dimension is null || size == dimension
            ? column
            : throw Mismatch(role, name, $"Vector<Single, {dimension}>", $"Vector<Single, {size}>");
    }

    /// <summary>Whether a column of this type holds images, or the bytes of the files of images.</summary>
    public static bool IsPicture(DataViewType type) =>
        type is ImageDataViewType || type is VectorDataViewType { IsKnownSize: false } vector && vector.ItemType == NumberDataViewType.Byte;

    /// <summary>A key, text, integer or Boolean.</summary>
    public static void CheckLabel(SchemaShape shape, string name, string role = "label") =>
        Check(shape, name, role, LabelTypes, IsLabel);

    public static DataViewSchema.Column Label(DataViewSchema schema, string name, string role = "label") =>
        Find(schema, name, role, LabelTypes, IsLabel);

    /// <summary>A vector of keys, text, integers or Booleans, of any length.</summary>
    /// <param name="shape">The input's shape.</param>
    /// <param name="name">The column's name.</param>
    /// <param name="role">What the column is for, as the message names it.</param>
    /// <param name="orBooleans">Whether Booleans will do.</param>
    public static void CheckLabelSet(SchemaShape shape, string name, string role = "label", bool orBooleans = true) =>
        Check(shape, name, role, orBooleans ? LabelSetTypes : ValueSetTypes, orBooleans ? IsLabelSet : IsValueSet);

    public static DataViewSchema.Column LabelSet(DataViewSchema schema, string name, string role = "label", bool orBooleans = true) =>
        Find(schema, name, role, orBooleans ? LabelSetTypes : ValueSetTypes, orBooleans ? IsLabelSet : IsValueSet);

    /// <summary>A single <see cref="float"/>.</summary>
    public static void CheckNumber(SchemaShape shape, string name, string role) => Check(shape, name, role, "Single", IsNumber);

    public static DataViewSchema.Column Number(DataViewSchema schema, string name, string role) =>
        Find(schema, name, role, "Single", IsNumber);

    /// <summary>A single <see cref="bool"/>.</summary>
    public static void CheckBoolean(SchemaShape shape, string name, string role = "label") => Check(shape, name, role, "Boolean", IsBoolean);

    public static DataViewSchema.Column Boolean(DataViewSchema schema, string name, string role = "label") =>
        Find(schema, name, role, "Boolean", IsBoolean);

    public static ArgumentOutOfRangeException Mismatch(string role, string name, string expected, string actual) =>
        new("inputSchema", $"Schema mismatch for {role} column '{name}': expected {expected}, got {actual}.");

    private const string FeatureTypes = "Vector<Single>, Image or VarVector<Byte>";

    private const string LabelTypes = "Key, String, an integer type or Boolean";

    private const string LabelSetTypes = "a vector of Key, String, an integer type or Boolean";

    private const string ValueSetTypes = "a vector of Key, String or an integer type";

    private static bool IsFeatures(SchemaShape.Column column) =>
        column is { Kind: SchemaShape.Column.VectorKind.Vector, IsKey: false } && column.ItemType == NumberDataViewType.Single;

    private static bool IsFeaturesOrPicture(SchemaShape.Column column) => IsFeatures(column)
        || column is { Kind: SchemaShape.Column.VectorKind.Scalar, ItemType: ImageDataViewType }
        || column is { Kind: SchemaShape.Column.VectorKind.VariableVector, IsKey: false } && column.ItemType == NumberDataViewType.Byte;

    private static bool IsNumber(SchemaShape.Column column) =>
        column is { Kind: SchemaShape.Column.VectorKind.Scalar, IsKey: false } && column.ItemType == NumberDataViewType.Single;

    private static bool IsBoolean(SchemaShape.Column column) =>
        column is { Kind: SchemaShape.Column.VectorKind.Scalar, IsKey: false } && column.ItemType == BooleanDataViewType.Instance;

    private static bool IsLabel(SchemaShape.Column column) =>
        column.Kind == SchemaShape.Column.VectorKind.Scalar && HoldsLabels(column);

    private static bool IsLabelSet(SchemaShape.Column column) =>
        column.Kind != SchemaShape.Column.VectorKind.Scalar && HoldsLabels(column);

    private static bool IsValueSet(SchemaShape.Column column) => IsLabelSet(column) && column.ItemType is not BooleanDataViewType;

    private static bool HoldsLabels(SchemaShape.Column column) =>
        column.IsKey || LabelVocabulary.FamilyOf(column.ItemType) is LabelFamily.Text or LabelFamily.Integer or LabelFamily.Boolean;

    private static void Check(SchemaShape shape, string name, string role, string expected, Func<SchemaShape.Column, bool> fits)
    {
        var column = shape.Find(name) ?? throw Missing(role, name);
        if (!fits(column))
            throw Mismatch(role, name, expected, column.Describe());
    }

    private static DataViewSchema.Column Find(
        DataViewSchema schema, string name, string role, string expected, Func<SchemaShape.Column, bool> fits)
    {
        var column = schema.GetColumnOrNull(name) ?? throw Missing(role, name);
        var shape = Shapes.Of(new DataViewSchema.DetachedColumn(column.Name, column.Type));
        return fits(shape) ? column : throw Mismatch(role, name, expected, shape.Describe());
    }

    public static ArgumentOutOfRangeException Missing(string role, string name) =>
        new("inputSchema", $"Could not find the {role} column '{name}' in the input schema.");
}
