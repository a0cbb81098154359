using Microsoft.ML.Similarity.Neighbors.Vectors;

namespace Microsoft.ML.Similarity.Neighbors.Exact;

/// <summary>Takes vectors to fewer coordinates, in which no two are farther apart than they were.</summary>
/// <remarks>
/// The coordinates are those along orthonormal directions, and last, where these are fewer than the dimension, the length of what they
/// leave, less a constant. Rounding is accounted for: the result of <see cref="Apply"/> bounds it.
/// </remarks>
/// <param name="mean">Padded.</param>
/// <param name="directions">Padded, one after the other.</param>
/// <param name="dimension">Of the vectors.</param>
/// <param name="kept">The number of directions.</param>
/// <param name="skew">How far the directions are from orthonormal ones.</param>
/// <param name="restMean">The constant.</param>
internal readonly unsafe struct FilterProjection(float* mean, float* directions, int dimension, int kept, double skew, float restMean)
{
    /// <summary>Half the distance from 1 to the next float.</summary>
    public const double Rounding = 1.0 / (1 << 24);

    public int Stride { get; } = Padding.ForFloats(dimension);

    /// <summary>The number of coordinates.</summary>
    public int Width => kept < dimension ? kept + 1 : kept;

    public FilterProjection WithRestMean(float value) => new(mean, directions, dimension, kept, skew, value);

    /// <param name="vector">Padded.</param>
    /// <param name="coordinates">Room for the width, padded, and 16 more.</param>
    /// <param name="centred">Room for a padded vector.</param>
    /// <returns>At most how far the coordinates are from what exact arithmetic gives.</returns>
    public double Apply(float* vector, float* coordinates, float* centred)
    {
        double squared = 0;
        for (var i = 0; i < Stride; i++)
        {
            var value = vector[i] - mean[i];
            centred[i] = value;
            squared += (double)value * value;
        }
        PrincipalAxes.Rotate(directions, centred, kept, Stride, coordinates);
        var length = Math.Sqrt(squared);
        var error = length * (skew + Rounding + (Math.Sqrt(kept) * RoundingOfSums(Stride)));
        if (kept == dimension)
            return error;

        var rest = squared;
        for (var i = 0; i < kept; i++)
            rest -= (double)coordinates[i] * coordinates[i];
        rest = Math.Max(rest, 0);
        // The root of a difference: its error is the larger the smaller the difference.
        var errorOfSquare = 2.02 * length * (error + (length * Rounding));
        var root = Math.Sqrt(rest);
        coordinates[kept] = (float)(root - restMean);
        var errorOfRoot = Math.Min(Math.Sqrt(errorOfSquare), errorOfSquare / root);   // infinite or NaN only where root is 0
        if (double.IsNaN(errorOfRoot))
            errorOfRoot = 0;
        return error + errorOfRoot + (Rounding * Math.Abs(coordinates[kept]));
    }

    /// <summary>The relative error of a kernel's sum of products of that length, to the sum of their magnitudes.</summary>
    public static double RoundingOfSums(int stride) => ((stride / Padding.Floats) + 8) * Rounding;
}
