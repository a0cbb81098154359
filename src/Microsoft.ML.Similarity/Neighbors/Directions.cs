using System.Numerics.Tensors;

namespace Microsoft.ML.Similarity.Neighbors;

/// <summary>Vectors of unit length, for the cosine metric.</summary>
internal static class Directions
{
    /// <summary>Scales a vector to unit length in place; zeros stay zeros.</summary>
    /// <remarks>Divides by the largest part first, so that no square overflows or vanishes.</remarks>
    public static void Normalize(Span<float> vector)
    {
        if (vector.IsEmpty)
            return;
        var largest = MathF.Abs(TensorPrimitives.MaxMagnitude<float>(vector));
        if (largest == 0)
            return;
        TensorPrimitives.Divide(vector, largest, vector);
        TensorPrimitives.Divide(vector, TensorPrimitives.Norm<float>(vector), vector);
    }

    /// <summary>
    /// What to multiply values by, of which the largest is given, so that their squares neither overflow nor vanish: a power of
    /// two, which rounds nothing and changes no order.
    /// </summary>
    public static float ScaleFor(float largest) => largest == 0 ? 1 : MathF.ScaleB(1, Math.Clamp(-MathF.ILogB(largest), -126, 126));
}
