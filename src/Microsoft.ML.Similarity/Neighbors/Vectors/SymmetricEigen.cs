using System.Runtime.CompilerServices;

namespace Microsoft.ML.Similarity.Neighbors.Vectors;

/// <summary>Eigenvectors of a small symmetric matrix by Jacobi rotations.</summary>
internal static class SymmetricEigen
{
    private const int MaxSweeps = 16;
    private const double Tolerance = 1e-20;

    /// <param name="matrix">Symmetric; is used up.</param>
    /// <param name="values">The eigenvalues, the largest first.</param>
    /// <returns>The eigenvectors of unit length, one a row, in the order of the values.</returns>
    public static double[,] Solve(double[,] matrix, out double[] values)
    {
        var n = matrix.GetLength(0);
        var vectors = new double[n, n];
        for (var i = 0; i < n; i++)
            vectors[i, i] = 1;
        for (var sweep = 0; sweep < MaxSweeps && !IsDiagonal(matrix, n); sweep++)
        {
            for (var p = 0; p < n; p++)
            {
                for (var q = p + 1; q < n; q++)
                    Rotate(matrix, vectors, n, p, q);
            }
        }
        var order = Enumerable.Range(0, n).OrderByDescending(i => matrix[i, i]).ToArray();
        values = Array.ConvertAll(order, i => matrix[i, i]);
        var sorted = new double[n, n];
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < n; j++)
                sorted[i, j] = vectors[order[i], j];
        }
        return sorted;
    }

    private static bool IsDiagonal(double[,] matrix, int n)
    {
        double on = 0, off = 0;
        for (var i = 0; i < n; i++)
        {
            on += matrix[i, i] * matrix[i, i];
            for (var j = 0; j < i; j++)
                off += matrix[i, j] * matrix[i, j];
        }
        return off <= Tolerance * on;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rotate(double[,] matrix, double[,] vectors, int n, int p, int q)
    {
        if (matrix[p, q] == 0)
            return;
        var half = (matrix[q, q] - matrix[p, p]) / (2 * matrix[p, q]);
        var tangent = (half < 0 ? -1 : 1) / (Math.Abs(half) + Math.Sqrt((half * half) + 1));
        var cosine = 1 / Math.Sqrt((tangent * tangent) + 1);
        var sine = tangent * cosine;
        for (var k = 0; k < n; k++)
            (matrix[p, k], matrix[q, k]) = Turn(matrix[p, k], matrix[q, k], cosine, sine);
        for (var k = 0; k < n; k++)
        {
            (matrix[k, p], matrix[k, q]) = Turn(matrix[k, p], matrix[k, q], cosine, sine);
            (vectors[p, k], vectors[q, k]) = Turn(vectors[p, k], vectors[q, k], cosine, sine);
        }
    }

    private static (double P, double Q) Turn(double p, double q, double cosine, double sine) =>
        ((cosine * p) - (sine * q), (sine * p) + (cosine * q));
}
