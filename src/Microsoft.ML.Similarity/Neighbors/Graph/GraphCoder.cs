using Microsoft.ML.Similarity.Neighbors.Vectors;

namespace Microsoft.ML.Similarity.Neighbors.Graph;

/// <summary>Turns vectors into the codes that a graph compares.</summary>
/// <param name="mean">Of the rows; padded.</param>
/// <param name="directions">Orthonormal and padded, one after the other; null where the codes are of the vector's own coordinates.</param>
/// <param name="dimension">Of the vectors.</param>
/// <param name="kept">The number of directions, or the dimension.</param>
/// <param name="scale">From coordinates to codes.</param>
internal readonly unsafe struct GraphCoder(float* mean, float* directions, int dimension, int kept, CodeScale scale)
{
    private readonly int _stride = Padding.ForFloats(dimension);

    /// <summary>The bytes of a row of codes.</summary>
    public int CodeLength => Padding.ForCodes(kept);

    /// <summary>The floats of the scratch that <see cref="Encode"/> needs.</summary>
    public int ScratchFloats => _stride + Padding.ForFloats(kept);

    public GraphCoder WithScale(CodeScale other) => new(mean, directions, dimension, kept, other);

    /// <param name="vector">Padded.</param>
    /// <param name="scratch">Aligned as a vector.</param>
    /// <returns>The coordinates to be made codes, in the scratch.</returns>
    public float* Project(float* vector, float* scratch)
    {
        for (var i = 0; i < _stride; i++)
            scratch[i] = vector[i] - mean[i];
        if (directions == null)
            return scratch;
        PrincipalAxes.Rotate(directions, scratch, kept, _stride, scratch + _stride);
        return scratch + _stride;
    }

    /// <returns>The squared length of what the codes miss of the coordinates.</returns>
    public double Encode(float* vector, byte* codes, float* scratch) => scale.EncodeRow(Project(vector, scratch), kept, codes, out _);
}
