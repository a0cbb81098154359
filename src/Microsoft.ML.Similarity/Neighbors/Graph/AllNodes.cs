namespace Microsoft.ML.Similarity.Neighbors.Graph;

/// <summary>Every node.</summary>
internal readonly struct AllNodes : INodeFilter
{
    public bool Allows(int node) => true;
}
