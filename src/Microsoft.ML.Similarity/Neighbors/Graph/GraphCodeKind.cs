namespace Microsoft.ML.Similarity.Neighbors.Graph;

/// <summary>What a graph compares on its way; distances that are returned come from the rows themselves.</summary>
internal enum GraphCodeKind
{
    /// <summary>The rows.</summary>
    Float,

    /// <summary>A byte for each coordinate.</summary>
    Int8,

    /// <summary>A byte for each of the principal coordinates.</summary>
    PrincipalInt8,
}
