using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Microsoft.ML.Similarity.Neighbors;

/// <summary>Distances of one query to consecutive rows, four rows at a time.</summary>
/// <remarks>
/// Every row goes through the same operations in the same order wherever it lies, so equal rows have equal distances to the
/// last bit: ties are true ties. Sums are float, over as many lanes as the hardware has, so the last bits differ between machines.
/// </remarks>
internal static class DistanceKernels
{
    /// <summary>One coordinate's part in a sum, and the distance the sum stands for.</summary>
    public interface ITerm
    {
        static abstract Vector<float> Add(Vector<float> sum, Vector<float> query, Vector<float> row);

        /// <summary>As without a mask, for the lanes where the mask has all bits set; the others keep their sum.</summary>
        static abstract Vector<float> Add(Vector<float> sum, Vector<float> query, Vector<float> row, Vector<float> mask);

        static abstract float Add(float sum, float query, float row);

        static abstract float Distance(float sum);
    }

    /// <summary>The squared difference; the sum is the distance's square.</summary>
    public readonly struct SquaredDifference : ITerm
    {
        public static Vector<float> Add(Vector<float> sum, Vector<float> query, Vector<float> row)
        {
            var difference = query - row;
            return Vector.FusedMultiplyAdd(difference, difference, sum);
        }

        public static Vector<float> Add(Vector<float> sum, Vector<float> query, Vector<float> row, Vector<float> mask)
        {
            var difference = (query - row) & mask;
            return Vector.FusedMultiplyAdd(difference, difference, sum);
        }

        public static float Add(float sum, float query, float row)
        {
            var difference = query - row;
            return MathF.FusedMultiplyAdd(difference, difference, sum);
        }

        public static float Distance(float sum) => sum;
    }

    /// <summary>The product; the distance is minus the sum.</summary>
    public readonly struct Product : ITerm
    {
        public static Vector<float> Add(Vector<float> sum, Vector<float> query, Vector<float> row) => Vector.FusedMultiplyAdd(query, row, sum);

        public static Vector<float> Add(Vector<float> sum, Vector<float> query, Vector<float> row, Vector<float> mask) =>
            Vector.FusedMultiplyAdd(query & mask, row, sum);

        public static float Add(float sum, float query, float row) => MathF.FusedMultiplyAdd(query, row, sum);

        // Products too large for a float may cancel to NaN, which no comparison could order.
        public static float Distance(float sum) => float.IsNaN(sum) ? float.PositiveInfinity : -sum;
    }

    /// <param name="query">One vector.</param>
    /// <param name="rows">Vectors of the query's length, one after the other.</param>
    /// <param name="distances">As many as there are rows.</param>
    public static void Compute<TTerm>(ReadOnlySpan<float> query, ReadOnlySpan<float> rows, Span<float> distances)
        where TTerm : struct, ITerm
    {
        var dimension = query.Length;
        ref var q = ref MemoryMarshal.GetReference(query);
        for (var i = 0; i < distances.Length; i += 4)
        {
            // Where fewer than four are left the last stands in for the missing, rather than another kind of loop.
            var last = distances.Length - 1;
            Four<TTerm>(
                ref q,
                ref Row(rows, i, dimension),
                ref Row(rows, Math.Min(i + 1, last), dimension),
                ref Row(rows, Math.Min(i + 2, last), dimension),
                ref Row(rows, Math.Min(i + 3, last), dimension),
                dimension,
                distances[i..]);
        }
    }

    private static ref float Row(ReadOnlySpan<float> rows, int row, int dimension) =>
        ref MemoryMarshal.GetReference(rows.Slice(row * dimension, dimension));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Four<TTerm>(ref float q, ref float a, ref float b, ref float c, ref float d, int dimension, Span<float> distances)
        where TTerm : struct, ITerm
    {
        Vector<float> sumA = default, sumB = default, sumC = default, sumD = default;
        nuint i = 0;
        for (; i + (nuint)Vector<float>.Count <= (nuint)dimension; i += (nuint)Vector<float>.Count)
        {
            var query = Vector.LoadUnsafe(ref q, i);
            sumA = TTerm.Add(sumA, query, Vector.LoadUnsafe(ref a, i));
            sumB = TTerm.Add(sumB, query, Vector.LoadUnsafe(ref b, i));
            sumC = TTerm.Add(sumC, query, Vector.LoadUnsafe(ref c, i));
            sumD = TTerm.Add(sumD, query, Vector.LoadUnsafe(ref d, i));
        }
        if (i < (nuint)dimension && dimension >= Vector<float>.Count)
        {
            // The last whole vector again, without the lanes that were added before.
            var rest = dimension - (int)i;
            i = (nuint)(dimension - Vector<float>.Count);
            var mask = Vector.GreaterThanOrEqual(Vector<int>.Indices, new Vector<int>(Vector<float>.Count - rest)).As<int, float>();
            var query = Vector.LoadUnsafe(ref q, i);
            sumA = TTerm.Add(sumA, query, Vector.LoadUnsafe(ref a, i), mask);
            sumB = TTerm.Add(sumB, query, Vector.LoadUnsafe(ref b, i), mask);
            sumC = TTerm.Add(sumC, query, Vector.LoadUnsafe(ref c, i), mask);
            sumD = TTerm.Add(sumD, query, Vector.LoadUnsafe(ref d, i), mask);
            i = (nuint)dimension;
        }
        float sA = Vector.Sum(sumA), sB = Vector.Sum(sumB), sC = Vector.Sum(sumC), sD = Vector.Sum(sumD);
        for (; i < (nuint)dimension; i++)   // fewer than one vector in all
        {
            var query = Unsafe.Add(ref q, i);
            sA = TTerm.Add(sA, query, Unsafe.Add(ref a, i));
            sB = TTerm.Add(sB, query, Unsafe.Add(ref b, i));
            sC = TTerm.Add(sC, query, Unsafe.Add(ref c, i));
            sD = TTerm.Add(sD, query, Unsafe.Add(ref d, i));
        }
        distances[0] = TTerm.Distance(sA);
        if (distances.Length > 1)
            distances[1] = TTerm.Distance(sB);
        if (distances.Length > 2)
            distances[2] = TTerm.Distance(sC);
        if (distances.Length > 3)
            distances[3] = TTerm.Distance(sD);
    }
}
