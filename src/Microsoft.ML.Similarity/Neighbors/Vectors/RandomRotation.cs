namespace Microsoft.ML.Similarity.Neighbors.Vectors;

/// <summary>Turns axes at random among themselves, so that all coordinates along them have the same range and use their codes alike.</summary>
internal static unsafe class RandomRotation
{
    /// <param name="axes">Orthonormal.</param>
    /// <param name="kept">How many of the axes, the first.</param>
    /// <param name="seed">Of the rotation.</param>
    /// <param name="directions">Zeros; become orthonormal directions that span what the axes do, padded, one after the other.</param>
    public static void Mix(PrincipalAxes axes, int kept, ulong seed, float* directions)
    {
        var stride = Padding.ForFloats(kept);
        using var memory = AlignedMemory.For<float>((long)kept * stride);
        var rotation = (float*)memory.Pointer;
        var numbers = new NormalNumbers(seed);
        for (var i = 0; i < kept; i++)
        {
            for (var j = 0; j < kept; j++)
                rotation[(i * stride) + j] = numbers.Next();
        }
        Orthonormal.Make(rotation, kept, stride, kept);
        for (var i = 0; i < kept; i++)
        {
            for (var j = 0; j < kept; j++)
                Orthonormal.AddScaled(directions + ((long)i * axes.Stride), axes.Axes + ((long)j * axes.Stride), rotation[(i * stride) + j], axes.Stride);
        }
        Orthonormal.Make(directions, kept, axes.Stride, axes.Dimension);
    }
}
