using System.Runtime.Intrinsics;

namespace Microsoft.ML.Similarity.Neighbors.Vectors;

/// <summary>Makes rows orthonormal.</summary>
internal static unsafe class Orthonormal
{
    private const float Independent = 1e-4f;

    /// <summary>Modified Gram-Schmidt, twice over, which leaves only rounding errors.</summary>
    /// <remarks>A row that depends on those before it gives way to the first unit vector that does not.</remarks>
    public static void Make(float* rows, int count, int stride, int dimension)
    {
        var unit = 0;
        for (var i = 0; i < count; i++)
        {
            var row = rows + ((long)i * stride);
            Normalize(row, stride);
            while (!IsIndependent(rows, i, stride))
            {
                new Span<float>(row, stride).Clear();
                row[unit++ % dimension] = 1;
            }
        }
    }

    /// <summary>The Frobenius norm of rows · rowsᵀ - 1, which bounds how far the rows are from orthonormal ones.</summary>
    public static double Skew(float* rows, int count, int stride)
    {
        double sum = 0;
        for (var i = 0; i < count; i++)
        {
            for (var j = 0; j <= i; j++)
            {
                double product = i == j ? -1 : 0;
                float* a = rows + ((long)i * stride), b = rows + ((long)j * stride);
                for (var k = 0; k < stride; k++)
                    product += (double)a[k] * b[k];
                sum += (i == j ? 1 : 2) * product * product;
            }
        }
        return Math.Sqrt(sum);
    }

    /// <summary>sum + scale · row, for padded rows.</summary>
    public static void AddScaled(float* sum, float* row, float scale, int stride)
    {
        var factor = Vector512.Create(scale);
        for (var i = 0; i < stride; i += Padding.Floats)
            Vector512.FusedMultiplyAdd(factor, Vector512.Load(row + i), Vector512.Load(sum + i)).Store(sum + i);
    }

    private static bool IsIndependent(float* rows, int i, int stride)
    {
        var row = rows + ((long)i * stride);
        for (var pass = 0; pass < 2; pass++)
        {
            for (var j = 0; j < i; j++)
            {
                var other = rows + ((long)j * stride);
                AddScaled(row, other, -FloatKernels<Product>.One(row, other, stride), stride);
            }
            if (!Normalize(row, stride))
                return false;
        }
        return true;
    }

    // False where next to nothing is left of a row of length 1.
    private static bool Normalize(float* row, int stride)
    {
        var length = MathF.Sqrt(FloatKernels<Product>.One(row, row, stride));
        if (!(length > Independent) || !float.IsFinite(length))
            return false;
        for (var i = 0; i < stride; i++)
            row[i] /= length;
        return true;
    }
}
