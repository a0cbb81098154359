namespace Microsoft.ML.Similarity.Neighbors.Index;

/// <summary>What an approximate search compares on its way. Distances that it returns come from the vectors themselves.</summary>
public enum GraphCodes
{
    /// <summary>
    /// A byte for each coordinate along the principal directions that hold 90 % of the variance, in steps of 32; a byte for each value
    /// where these are all. The least memory, and the fastest.
    /// </summary>
    PrincipalBytes,

    /// <summary>A byte for each value.</summary>
    Bytes,

    /// <summary>The vectors. Takes no memory for codes, and the most time.</summary>
    Vectors,
}
