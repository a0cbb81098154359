using System.Globalization;
using Microsoft.ML.Data;
using Microsoft.ML.Similarity.Interop;
using Microsoft.ML.Similarity.Rows;

namespace Microsoft.ML.Similarity.Neighbors;

/// <summary>Vocabularies of reference rows' labels, keys and ids.</summary>
internal static class Vocabularies
{
    private const ulong MaxKeys = 10_000_000;

    /// <summary>A vocabulary for the values of a column, or of its vectors; of a key column, all its keys in their order.</summary>
    /// <exception cref="InvalidOperationException">The keys are too many for a class each.</exception>
    public static LabelVocabulary Create(DataViewSchema.Column column)
    {
        var vocabulary = LabelVocabulary.For(column);
        if (LabelVocabulary.LabelType(column) is not KeyDataViewType key)
            return vocabulary;
        if (key.Count > MaxKeys)
        {
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture,
                $"Key column '{column.Name}' has {key.Count} keys, more than the {MaxKeys} supported. "
                + $"Map its values to keys with MapValueToKey, which numbers only those that occur."));
        }
        LabelReader.AddAllKeys(column, vocabulary);
        return vocabulary;
    }

    /// <summary>A vocabulary with one value of a column's type: enough to say which annotations come out.</summary>
    public static LabelVocabulary Sample(SchemaShape.Column column)
    {
        var values = column.IsKey ? column.Annotations.Find("KeyValues") : null;
        var type = !column.IsKey ? column.ItemType as PrimitiveDataViewType
            : values is { Kind: SchemaShape.Column.VectorKind.Vector } ? values.Value.ItemType as PrimitiveDataViewType
            : null;
        var family = type is null ? LabelFamily.None : LabelVocabulary.FamilyOf(type);
        var vocabulary = family == LabelFamily.None ? new LabelVocabulary(LabelFamily.KeyNumber, null) : new LabelVocabulary(family, type);
        if (family == LabelFamily.Text)
            vocabulary.Add("a");
        else
            vocabulary.Add(1);
        return vocabulary;
    }
}
