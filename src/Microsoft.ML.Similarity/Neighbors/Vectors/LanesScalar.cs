using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Similarity.Neighbors.Vectors;

/// <summary>Sixteen single floats: for hardware without vectors, and what the other widths are tested against.</summary>
internal unsafe struct LanesScalar : ILanes<LanesScalar>
{
    private Sixteen _values;

    public static LanesScalar Load(float* source)
    {
        LanesScalar lanes = default;
        for (var i = 0; i < 16; i++)
            lanes._values[i] = source[i];
        return lanes;
    }

    public static LanesScalar Subtract(LanesScalar left, LanesScalar right)
    {
        for (var i = 0; i < 16; i++)
            left._values[i] -= right._values[i];
        return left;
    }

    public static LanesScalar MultiplyAdd(LanesScalar left, LanesScalar right, LanesScalar sum)
    {
        for (var i = 0; i < 16; i++)
            sum._values[i] = MathF.FusedMultiplyAdd(left._values[i], right._values[i], sum._values[i]);
        return sum;
    }

    public static Vector128<float> Fold(LanesScalar sum) => Vector128.Create(Fold(sum, 0), Fold(sum, 1), Fold(sum, 2), Fold(sum, 3));

    private static float Fold(LanesScalar sum, int lane) =>
        (sum._values[lane] + sum._values[lane + 8]) + (sum._values[lane + 4] + sum._values[lane + 12]);

    [InlineArray(16)]
    private struct Sixteen
    {
        private float _first;
    }
}
