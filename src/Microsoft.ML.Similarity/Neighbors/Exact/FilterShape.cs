namespace Microsoft.ML.Similarity.Neighbors.Exact;

/// <summary>The numbers of a <see cref="BoundFilter"/>.</summary>
/// <param name="Metric">That of the rows.</param>
/// <param name="Dimension">Of the vectors that are projected.</param>
/// <param name="Kept">The directions of the projection.</param>
/// <param name="Skew">How far these are from orthonormal.</param>
/// <param name="RestMean">What the last coordinate is less by.</param>
/// <param name="Step">Of the codes of rows.</param>
/// <param name="Error">At most how far codes are from a row's projection.</param>
/// <param name="Radius">The length of the longest row, for inner products.</param>
internal readonly record struct FilterShape(
    NeighborMetric Metric, int Dimension, int Kept, double Skew, float RestMean, float Step, double Error, double Radius)
{
    public unsafe FilterProjection Projection(FilterMemory memory) =>
        new(memory.Mean.As<float>(), memory.Directions.As<float>(), Dimension, Kept, Skew, RestMean);
}
