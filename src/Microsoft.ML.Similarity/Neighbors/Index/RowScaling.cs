using Microsoft.ML.Similarity.Neighbors.Vectors;

namespace Microsoft.ML.Similarity.Neighbors.Index;

/// <summary>Makes vectors what engines compare, and compared distances what users read.</summary>
/// <remarks>
/// Under cosine, vectors become of unit length: half the squared distance of two is 1 less their cosine. Otherwise vectors so large or
/// small that their squares leave the range of a float are scaled by a power of 2, which loses nothing.
/// </remarks>
/// <param name="metric">What is near.</param>
/// <param name="scale">A power of 2; 1 under cosine.</param>
internal readonly unsafe struct RowScaling(NeighborMetric metric, float scale)
{
    /// <summary>The squared distance that stands for the cosine distance 1.</summary>
    public const float SquaredDistanceOne = 2;

    // The squared distance of two rows of 4096 such values is within a float; and of values this small it is not lost.
    private const float Largest = 1L << 56;
    private const float Smallest = 1f / (1L << 40);

    public float Scale => scale;

    /// <param name="metric">What is near.</param>
    /// <param name="largest">The largest magnitude of a value.</param>
    public static RowScaling For(NeighborMetric metric, float largest)
    {
        var fits = metric == NeighborMetric.Cosine || largest == 0 || (largest >= Smallest && largest <= Largest);
        return new(metric, fits ? 1 : MathF.ScaleB(1, Math.Min(-MathF.ILogB(largest), 126)));
    }

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
