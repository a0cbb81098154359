namespace Microsoft.ML.Similarity.Tests.Neighbors.Index;

/// <summary>What can be done to an index.</summary>
internal enum IndexStepKind
{
    Add,
    Remove,
    Search,
    SearchByPayload,
    SearchByIds,
    Rebuild,
    SaveAndOpen,
}
