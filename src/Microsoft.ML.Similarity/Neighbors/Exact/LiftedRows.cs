using Microsoft.ML.Similarity.Neighbors.Vectors;

namespace Microsoft.ML.Similarity.Neighbors.Exact;

/// <summary>Rows with one coordinate more that gives all the same length: a larger inner product is a smaller Euclidean distance.</summary>
/// <remarks>
/// Bachrach et al., "Speeding up the Xbox recommender system using a Euclidean transformation for inner-product spaces" (2014).
/// </remarks>
/// <param name="rows">The rows themselves.</param>
/// <param name="radius">The length of the longest.</param>
internal readonly unsafe struct LiftedRows(FloatRows rows, double radius) : IRowSource
{
    public int Count => rows.Count;

    public int Dimension => rows.Dimension + 1;

    public float* Read(int row, float* buffer)
    {
        var values = rows.Row(row);
        double squared = 0;
        for (var i = 0; i < rows.Dimension; i++)
        {
            buffer[i] = values[i];
            squared += (double)values[i] * values[i];
        }
        buffer[rows.Dimension] = (float)Math.Sqrt(Math.Max((radius * radius) - squared, 0));
        new Span<float>(buffer + Dimension, Padding.ForFloats(Dimension) - Dimension).Clear();
        return buffer;
    }

    /// <summary>The length of the longest row.</summary>
    public static double RadiusOf(FloatRows rows)
    {
        double largest = 0;
        for (var row = 0; row < rows.Count; row++)
        {
            double squared = 0;
            foreach (var value in rows.Values(row))
                squared += (double)value * value;
            largest = Math.Max(largest, squared);
        }
        return Math.Sqrt(largest);
    }
}
