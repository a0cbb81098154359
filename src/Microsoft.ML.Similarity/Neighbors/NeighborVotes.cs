namespace Microsoft.ML.Similarity.Neighbors;

/// <summary>How much each of the neighbours found counts. The weights of one query's neighbours sum to 1.</summary>
public enum NeighborVotes
{
    /// <summary>All count the same.</summary>
    Uniform,

    /// <summary>
    /// Each counts 1 / distance; neighbours at distance 0 share all the weight equally. Not with
    /// <see cref="NeighborMetric.InnerProduct"/>, whose distances may be negative.
    /// </summary>
    DistanceWeighted,

    /// <summary>Each counts exp(-distance / temperature): the smaller the temperature, the more the nearest counts.</summary>
    Softmax,
}
