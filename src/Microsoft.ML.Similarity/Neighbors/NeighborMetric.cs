namespace Microsoft.ML.Similarity.Neighbors;

/// <summary>What makes one row near to another.</summary>
public enum NeighborMetric
{
    /// <summary>The Euclidean distance; smaller is nearer.</summary>
    Euclidean,

    /// <summary>1 less the cosine of the angle between the rows; smaller is nearer. A zero vector has distance 1 to every row.</summary>
    Cosine,

    /// <summary>The inner product; larger is nearer.</summary>
    InnerProduct,
}
