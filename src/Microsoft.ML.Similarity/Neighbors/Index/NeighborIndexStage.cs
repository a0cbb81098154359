namespace Microsoft.ML.Similarity.Neighbors.Index;

/// <summary>The stages of the build of a <see cref="NeighborIndex"/>, in order.</summary>
public enum NeighborIndexStage
{
    /// <summary>Rows are put in order and copied.</summary>
    Rows,

    /// <summary>Rows with the same vector are found.</summary>
    Duplicates,

    /// <summary>The codes of the exact search are made.</summary>
    Codes,

    /// <summary>The graph of approximate searches is made, where there is one.</summary>
    Graph,
}
