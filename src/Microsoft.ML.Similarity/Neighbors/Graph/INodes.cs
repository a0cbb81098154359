using System.Runtime.Intrinsics;

namespace Microsoft.ML.Similarity.Neighbors.Graph;

/// <summary>Distances from one vector, the target, to the nodes of a graph; smaller is nearer, and a node is at 0 from itself.</summary>
/// <remarks>A copy of the struct has a target of its own: one for each thread.</remarks>
internal unsafe interface INodes
{
    /// <summary>Measures from a vector in the nodes' own form, which must stay in place.</summary>
    void SetTarget(void* vector);

    /// <summary>Measures from a node.</summary>
    void SetTarget(int node);

    float Distance(int node);

    /// <summary>Of four nodes; the same as one by one.</summary>
    Vector128<float> Distances(int a, int b, int c, int d);

    /// <summary>Asks for a node's memory ahead of its use.</summary>
    void Prefetch(int node);
}
