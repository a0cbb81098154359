using Microsoft.ML.Similarity.Rows;

namespace Microsoft.ML.Similarity.Relations;

/// <summary>
/// Which rows of a data set belong together, by their labels: <see cref="SameLabel"/>, <see cref="SharedLabels"/> or
/// <see cref="LabelPredicate{T}"/>. A declaration: immutable.
/// </summary>
public abstract record RowRelation
{
    private protected RowRelation()
    {
    }

    /// <summary>Refuses a label column of a type this relation does not take.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is missing or of another type.</exception>
    internal virtual void CheckLabel(SchemaShape shape, string name) => InputColumns.CheckLabel(shape, name);

    /// <summary>The label column of a schema, of a type this relation takes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is missing or of another type.</exception>
    internal virtual DataViewSchema.Column FindLabel(DataViewSchema schema, string name) => InputColumns.Label(schema, name);

    /// <summary>Numbers for the labels of such a column, none so far.</summary>
    internal virtual LabelClasses CreateClasses(DataViewSchema.Column label) => new SingleLabels(this, label);

    /// <summary>How rows of several single labels are related; null where they are when their labels are equal.</summary>
    internal virtual ClassRelation? Relate(LabelVocabulary labels) => null;
}
