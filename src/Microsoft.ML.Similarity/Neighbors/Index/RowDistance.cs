using System.Runtime.Intrinsics;
using Microsoft.ML.Similarity.Neighbors.Vectors;

namespace Microsoft.ML.Similarity.Neighbors.Index;

/// <summary>Distances of two vectors, to the bit as a search gives them. For one thread.</summary>
/// <param name="metric">What is near.</param>
/// <param name="scaling">That of the searched rows.</param>
/// <param name="dimension">Of the vectors.</param>
internal sealed unsafe class RowDistance(NeighborMetric metric, RowScaling scaling, int dimension)
{
    private readonly AlignedMemory _prepared = AlignedMemory.For<float>(2L * Padding.ForFloats(dimension));

    public float Of(ReadOnlySpan<float> query, ReadOnlySpan<float> row)
    {
        var stride = Padding.ForFloats(dimension);
        float* a = (float*)_prepared.Pointer, b = a + stride;
        var haveDirections = scaling.Prepare(query, a) & scaling.Prepare(row, b);
        var distance = !haveDirections ? RowScaling.SquaredDistanceOne
            : metric == NeighborMetric.InnerProduct ? Distance<Product>(a, b, stride)
            : Distance<SquaredDifference>(a, b, stride);
        GC.KeepAlive(_prepared);
        return scaling.Distance(distance);
    }

    private static float Distance<TTerm>(float* query, float* row, int stride)
        where TTerm : struct, IMetricTerm => TTerm.Distance(Vector128.CreateScalar(FloatKernels<TTerm>.One(query, row, stride))).ToScalar();
}
