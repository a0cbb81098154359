namespace Microsoft.ML.Similarity.Relations;

/// <summary>Rows belong together when their labels are equal. The label column is a key, text, integer or Boolean.</summary>
public sealed record SameLabel : RowRelation;
