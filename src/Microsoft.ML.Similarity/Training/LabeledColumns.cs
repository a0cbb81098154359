using Microsoft.ML.Similarity.Relations;

namespace Microsoft.ML.Similarity.Training;

/// <summary>The names of the columns of labelled rows.</summary>
/// <param name="Label">Key, text, integer or Boolean.</param>
/// <param name="Feature">A vector of float32, or pictures.</param>
/// <param name="Weight">A float32, or null for equal weights.</param>
/// <param name="Relation">Which rows belong together by their labels; decides the types of the label column.</param>
/// <param name="Category">Key, text, integer or Boolean, or null for none.</param>
internal sealed record LabeledColumns(string Label, string Feature, string? Weight, string? Category, RowRelation Relation)
{
    public const string CategoryRole = "category";
}
