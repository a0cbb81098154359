namespace Microsoft.ML.Similarity.Neighbors;

/// <summary>What makes one row near to another. As a distance, smaller always means nearer.</summary>
public enum NeighborMetric
{
    /// <summary>The length of the difference, at least 0.</summary>
    Euclidean,

    /// <summary>
    /// 1 less the cosine of the angle, from 0 to 2. A vector of zeros has the distance 1 to every vector, itself included.
    /// </summary>
    Cosine,

    /// <summary>The inner product; larger is nearer. Its distance is minus the product, and may be negative.</summary>
    InnerProduct,

    /// <summary>The square of the Euclidean distance: the same neighbours, without the root.</summary>
    SquaredEuclidean,
}
