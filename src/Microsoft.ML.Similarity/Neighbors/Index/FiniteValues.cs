using System.Globalization;

namespace Microsoft.ML.Similarity.Neighbors.Index;

/// <summary>Refuses values that no distance can be computed from.</summary>
internal static class FiniteValues
{
    /// <exception cref="ArgumentException">A value is NaN or infinite.</exception>
    public static void Check(ReadOnlySpan<float> values, int dimension, string what)
    {
        for (var i = 0; i < values.Length; i++)
        {
            if (!float.IsFinite(values[i]))
            {
                throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                    $"{what} {i / dimension} has the value {values[i]} at {i % dimension}; all values must be finite numbers."));
            }
        }
    }
}
