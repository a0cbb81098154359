using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Microsoft.ML.Similarity.Rows;

namespace Microsoft.ML.Similarity.Neighbors;

/// <summary>How similar two vectors are: the higher, the more.</summary>
/// <remarks>
/// The sums are formed in one order wherever the vectors lie, so the score of a pair never changes from one reading to the next,
/// and a threshold between two scores stays between them. Not thread-safe: holds scratch memory.
/// </remarks>
internal sealed class PairScores(NeighborMetric metric, int dimension)
{
    // Squares below this may have vanished in part.
    private const float SmallestSquare = 1e-25f;

    private readonly float[] _left = new float[dimension];
    private readonly float[] _right = new float[dimension];

    /// <summary>The score of two vectors of the dimension; NaN where a value is NaN or infinite.</summary>
    public float Score(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        if (metric == NeighborMetric.Cosine)
            return Cosine(left, right);
        var score = metric switch
        {
            NeighborMetric.InnerProduct => -Distance<DistanceKernels.Product>(left, right),
            NeighborMetric.SquaredEuclidean => -Distance<DistanceKernels.SquaredDifference>(left, right),
            _ => -MathF.Sqrt(Distance<DistanceKernels.SquaredDifference>(left, right)),
        };
        // Finite sums have finite terms; the others are sums beyond the range of a float, or bad values.
        return float.IsFinite(score) || (FeatureReader.IsFinite(left) && FeatureReader.IsFinite(right)) ? score : float.NaN;
    }

    private float Cosine(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        var (leftSquare, rightSquare) = (Square(left), Square(right));
        if (IsSafe(leftSquare) && IsSafe(rightSquare))
            return Cosine(left, right, leftSquare, rightSquare);
        var largestLeft = MathF.Abs(TensorPrimitives.MaxMagnitude(left));
        var largestRight = MathF.Abs(TensorPrimitives.MaxMagnitude(right));
        if (!float.IsFinite(largestLeft) || !float.IsFinite(largestRight))
            return float.NaN;
        if (largestLeft == 0 || largestRight == 0)
            return 0;
        TensorPrimitives.Multiply(left, Directions.ScaleFor(largestLeft), _left);
        TensorPrimitives.Multiply(right, Directions.ScaleFor(largestRight), _right);
        return Cosine(_left, _right, Square(_left), Square(_right));
    }

    // The product of two floats is exact in double: the cosine of equal vectors is exactly 1.
    private static float Cosine(ReadOnlySpan<float> left, ReadOnlySpan<float> right, float leftSquare, float rightSquare) =>
        (float)Math.Clamp(-Distance<DistanceKernels.Product>(left, right) / Math.Sqrt((double)leftSquare * rightSquare), -1, 1);

    private static float Square(ReadOnlySpan<float> vector) => -Distance<DistanceKernels.Product>(vector, vector);

    private static bool IsSafe(float square) => square >= SmallestSquare && float.IsFinite(square);

    private static float Distance<TTerm>(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
        where TTerm : struct, DistanceKernels.ITerm
    {
        ref var l = ref MemoryMarshal.GetReference(left);
        ref var r = ref MemoryMarshal.GetReference(right);
        var width = Vector<float>.Count;
        Vector<float> even = default, odd = default;
        var i = 0;
        for (; i <= left.Length - 2 * width; i += 2 * width)
        {
            even = TTerm.Add(even, Vector.LoadUnsafe(ref l, (nuint)i), Vector.LoadUnsafe(ref r, (nuint)i));
            odd = TTerm.Add(odd, Vector.LoadUnsafe(ref l, (nuint)(i + width)), Vector.LoadUnsafe(ref r, (nuint)(i + width)));
        }
        if (i <= left.Length - width)
        {
            even = TTerm.Add(even, Vector.LoadUnsafe(ref l, (nuint)i), Vector.LoadUnsafe(ref r, (nuint)i));
            i += width;
        }
        var sum = Vector.Sum(even + odd);
        for (; i < left.Length; i++)
            sum = TTerm.Add(sum, left[i], right[i]);
        return TTerm.Distance(sum);
    }
}
