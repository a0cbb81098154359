namespace Microsoft.ML.Similarity.Neighbors.Index;

/// <summary>The types of payload values.</summary>
internal enum PayloadKind
{
    Int64 = 1,
    Single = 2,
    Double = 3,
    Text = 4,
}
