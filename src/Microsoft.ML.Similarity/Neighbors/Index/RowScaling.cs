using System.Numerics;
using Microsoft.ML.Similarity.Neighbors.Vectors;

namespace Microsoft.ML.Similarity.Neighbors.Index;

/// <summary>Makes vectors what engines compare, and compared distances what users read.</summary>
/// <remarks>
/// Under cosine, vectors become of unit length: half the squared distance of two is 1 less their cosine. Otherwise vectors so large or
/// small that their squares leave the range of a float are scaled by a power of 2, no farther than they must: others may be much
/// smaller, and queries much larger.
/// </remarks>
/// <param name="metric">What is near.</param>
/// <param name="scale">A power of 2; 1 under cosine.</param>
internal readonly unsafe struct RowScaling(NeighborMetric metric, float scale)
{
    /// <summary>The squared distance that stands for the cosine distance 1.</summary>
    public const float SquaredDistanceOne = 2;

    // Squares of differences of values from 2^-40 keep their bits. Values of up to 2^48 leave room for queries a thousand times as large, and
    // for rows that are much smaller.
    private const int SmallestExponent = -40;
    private const int LargestExponent = 47;

    // Of vectors with one value: the square of twice 2^62 is within a float.
    private const int ReachOfOne = 62;

    public float Scale => scale;

    /// <param name="metric">What is near.</param>
    /// <param name="largest">The largest magnitude of a value.</param>
    public static RowScaling For(NeighborMetric metric, float largest)
    {
        if (metric == NeighborMetric.Cosine || largest == 0)
            return new(metric, 1);
        var exponent = MathF.ILogB(largest);
        var wanted = Math.Clamp(exponent, SmallestExponent, LargestExponent);
        return new(metric, MathF.ScaleB(1, wanted - exponent));
    }

    /// <summary>Whether squared distances of vectors with values as large are within a float.</summary>
    public bool Reaches(float largest, int dimension) =>
        metric == NeighborMetric.Cosine || largest == 0 || MathF.ILogB(largest) + MathF.ILogB(scale) < Reach(dimension);

    // The power of 2 that values must be below: two rows differ by twice that, in each of as many places as there are.
    private static int Reach(int dimension) => ReachOfOne - ((BitOperations.Log2((uint)dimension) + 1) / 2);

    /// <param name="values">All finite.</param>
    /// <param name="prepared">Room for the values, padded; what is past them becomes 0.</param>
    /// <returns>False where the direction of zeros is asked for.</returns>
    public bool Prepare(ReadOnlySpan<float> values, float* prepared)
    {
        new Span<float>(prepared + values.Length, Padding.ForFloats(values.Length) - values.Length).Clear();
        if (metric != NeighborMetric.Cosine)
        {
            // Adding 0 makes -0 the 0 it equals, bit for bit.
            for (var i = 0; i < values.Length; i++)
                prepared[i] = (values[i] * scale) + 0f;
            return true;
        }
        double squared = 0;
        foreach (var value in values)
            squared += (double)value * value;
        var factor = squared > 0 ? 1 / Math.Sqrt(squared) : 0;
        for (var i = 0; i < values.Length; i++)
            prepared[i] = (float)(values[i] * factor) + 0f;
        return squared > 0;
    }

    /// <summary>The distance that the compared one stands for.</summary>
    public float Distance(float compared) => metric switch
    {
        NeighborMetric.Euclidean => MathF.Sqrt(compared) / scale,
        NeighborMetric.Cosine => compared / SquaredDistanceOne,
        _ => compared / scale / scale,
    };
}
