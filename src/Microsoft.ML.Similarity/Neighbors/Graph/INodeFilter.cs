namespace Microsoft.ML.Similarity.Neighbors.Graph;

/// <summary>Which nodes a search may find.</summary>
internal interface INodeFilter
{
    bool Allows(int node);
}
