using Microsoft.ML.Similarity.Rows;
using Microsoft.ML.Similarity.Tensors;

namespace Microsoft.ML.Similarity.Relations;

/// <summary>Rows of several labels each belong together when they have enough of them in common.</summary>
/// <remarks>
/// The label column is a vector, of any length from row to row: of keys, text or integers, each value being a label (missing keys and empty text are
/// none, and a label said twice counts once), or of Booleans, where each slot says whether the row has the label of that slot. A row without labels
/// counts as one whose label is missing.
/// </remarks>
public sealed record SharedLabels : RowRelation
{
    /// <summary>
    /// How many of the labels that either row has both must have, 0 to 1 (the Jaccard index); one at least. Default 0: any label in common.
    /// </summary>
    public double MinimumOverlap { get; init => field = Ranges.Between(value, 0, 1, nameof(MinimumOverlap)); }

    internal override void CheckLabel(SchemaShape shape, string name) => InputColumns.CheckLabelSet(shape, name);

    internal override DataViewSchema.Column FindLabel(DataViewSchema schema, string name) => InputColumns.LabelSet(schema, name);

    internal override LabelClasses CreateClasses(DataViewSchema.Column label) => new LabelSets(label, MinimumOverlap);
}
