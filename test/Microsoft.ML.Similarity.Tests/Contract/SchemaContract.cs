using Microsoft.ML.Data;
using Microsoft.ML.Similarity.Interop;

namespace Microsoft.ML.Similarity.Tests.Contract;

/// <summary>What schemas must have in common, annotations included.</summary>
internal static class SchemaContract
{
    private const string Unknown = "PurpleDragonScales";

    /// <summary>Both describe the same visible columns, kinds, types, keys and annotations: no less is delivered, and no more.</summary>
    public static void PromiseIsKept(SchemaShape promised, SchemaShape delivered)
    {
        Assert.That(Names(delivered), Is.EquivalentTo(Names(promised)), "the columns delivered against those promised");
        foreach (var promise in promised)
        {
            var delivery = delivered.Find(promise.Name)!.Value;
            Assert.That(delivery.Covers(promise), Is.True, $"column '{promise.Name}' lacks something promised: {Describe(promise)}, got {Describe(delivery)}");
            Assert.That(promise.Covers(delivery), Is.True, $"column '{promise.Name}' has something not promised: {Describe(promise)}, got {Describe(delivery)}");
        }
    }

    /// <summary>The same columns, hidden ones included, in the same order, of the same types, with the same annotations.</summary>
    public static void AreSame(DataViewSchema expected, DataViewSchema actual, string what)
    {
        Assert.That(actual.Select(c => (c.Name, c.Type, c.IsHidden)), Is.EqualTo(expected.Select(c => (c.Name, c.Type, c.IsHidden))), what);
        foreach (var (a, b) in expected.Zip(actual))
        {
            var where = $"{what}: column '{a.Name}'";
            Assert.That(actual[a.Name].Index, Is.EqualTo(expected[a.Name].Index), $"{where}: found by name");
            Assert.That(Annotations(b), Is.EqualTo(Annotations(a)), $"{where}: annotations");
            CheckSizes(b, where);
            CheckUnknownAnnotation(b, where);
        }
    }

    private static IEnumerable<string> Names(SchemaShape shape) => shape.Select(c => c.Name);

    private static string Describe(SchemaShape.Column column) => $"{column.Describe()} [{string.Join(", ", Names(column.Annotations))}]";

    private static List<(string Name, string Type, object? Value)> Annotations(DataViewSchema.Column column) =>
        column.Annotations.Schema.Select(a => (a.Name, a.Type.ToString(), ValueReader.Annotation(column, a))).OrderBy(a => a.Name, StringComparer.Ordinal).ToList()!;

    // Names of slots and values of keys must be as many as there are slots and keys.
    private static void CheckSizes(DataViewSchema.Column column, string where)
    {
        var vector = column.Type as VectorDataViewType;
        if (Annotation(column, "SlotNames") is VectorDataViewType names)
        {
            Assert.That(names.ItemType, Is.EqualTo(TextDataViewType.Instance), $"{where}: SlotNames are text");
            Assert.That(names.Size, Is.EqualTo(vector?.Size), $"{where}: as many SlotNames as slots");
        }
        if (Annotation(column, "KeyValues") is VectorDataViewType values)
            Assert.That((ulong)values.Size, Is.EqualTo(((vector?.ItemType ?? column.Type) as KeyDataViewType)?.Count), $"{where}: as many KeyValues as keys");
    }

    private static DataViewType? Annotation(DataViewSchema.Column column, string kind) => column.Annotations.Schema.GetColumnOrNull(kind)?.Type;

    private static void CheckUnknownAnnotation(DataViewSchema.Column column, string where)
    {
        VBuffer<ReadOnlyMemory<char>> value = default;
        Assert.That(() => column.Annotations.GetValue(Unknown, ref value),
            Throws.InvalidOperationException.With.Message.EqualTo("Invalid call to 'GetValue'"), $"{where}: an unknown annotation");
    }
}
