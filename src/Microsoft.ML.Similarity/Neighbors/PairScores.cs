using System.Numerics.Tensors;
using System.Runtime.Intrinsics;
using Microsoft.ML.Similarity.Neighbors.Index;
using Microsoft.ML.Similarity.Neighbors.Vectors;
using Microsoft.ML.Similarity.Rows;

namespace Microsoft.ML.Similarity.Neighbors;

/// <summary>How similar two vectors are: the higher, the more.</summary>
/// <remarks>
/// The sums are formed in one order wherever the vectors lie, so the score of a pair never changes from one reading to the next,
/// and a threshold between two scores stays between them. Not thread-safe: holds scratch memory.
/// </remarks>
internal sealed unsafe class PairScores(NeighborMetric metric, int dimension)
{
    // Squares below this may have vanished in part.
    private const float SmallestSquare = 1e-25f;

    private readonly AlignedMemory _vectors = AlignedMemory.For<float>(2L * Padding.ForFloats(dimension));

    private int Stride => Padding.ForFloats(dimension);

    private float* Left => (float*)_vectors.Pointer;

    private float* Right => Left + Stride;

    /// <summary>The score of two vectors of the dimension; NaN where a value is NaN or infinite.</summary>
    public float Score(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        left.CopyTo(new Span<float>(Left, dimension));
        right.CopyTo(new Span<float>(Right, dimension));
        var score = metric switch
        {
            NeighborMetric.Cosine => Cosine(left, right),
            NeighborMetric.InnerProduct => Dot(Left, Right),
            NeighborMetric.SquaredEuclidean => -SquaredDistance(),
            _ => -MathF.Sqrt(SquaredDistance()),
        };
        GC.KeepAlive(_vectors);
        // Finite sums have finite terms; the others are sums beyond the range of a float, or bad values.
        return float.IsFinite(score) || (FeatureReader.IsFinite(left) && FeatureReader.IsFinite(right)) ? score : float.NaN;
    }

    private float Cosine(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        var (leftSquare, rightSquare) = (Dot(Left, Left), Dot(Right, Right));
        if (IsSafe(leftSquare) && IsSafe(rightSquare))
            return Cosine(leftSquare, rightSquare);
        var largestLeft = MathF.Abs(TensorPrimitives.MaxMagnitude(left));
        var largestRight = MathF.Abs(TensorPrimitives.MaxMagnitude(right));
        if (!float.IsFinite(largestLeft) || !float.IsFinite(largestRight))
            return float.NaN;
        if (largestLeft == 0 || largestRight == 0)
            return 0;
        Scale(left, largestLeft, Left);
        Scale(right, largestRight, Right);
        return Cosine(Dot(Left, Left), Dot(Right, Right));
    }

    // The product of two floats is exact in double: the cosine of equal vectors is exactly 1.
    private float Cosine(float leftSquare, float rightSquare) =>
        (float)Math.Clamp(Dot(Left, Right) / Math.Sqrt((double)leftSquare * rightSquare), -1, 1);

    private void Scale(ReadOnlySpan<float> vector, float largest, float* scaled) =>
        TensorPrimitives.Multiply(vector, RowScaling.For(NeighborMetric.InnerProduct, largest).Scale, new Span<float>(scaled, dimension));

    private float Dot(float* left, float* right) => -Distance<Product>(left, right);

    private float SquaredDistance() => Distance<SquaredDifference>(Left, Right);

    private float Distance<TTerm>(float* left, float* right)
        where TTerm : struct, IMetricTerm => TTerm.Distance(Vector128.CreateScalar(FloatKernels<TTerm>.One(left, right, Stride))).ToScalar();

    private static bool IsSafe(float square) => square >= SmallestSquare && float.IsFinite(square);
}
