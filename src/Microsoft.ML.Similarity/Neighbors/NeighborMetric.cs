namespace Microsoft.ML.Similarity.Neighbors;

/// <summary>How the distance of two vectors is measured. Smaller always means nearer.</summary>
public enum NeighborMetric
{
    /// <summary>The length of the difference, at least 0.</summary>
    Euclidean,

    /// <summary>1 less the cosine of the angle, from 0 to 2. A vector of zeros has the distance 1 to every vector, itself
    /// included.</summary>
    Cosine,

    /// <summary>Minus the inner product, so that the largest product is the nearest; it may be negative.</summary>
    InnerProduct,
}
