using System.Runtime.CompilerServices;
using Microsoft.ML.Similarity.Neighbors.Vectors;

namespace Microsoft.ML.Similarity.Neighbors.Exact;

/// <summary>Chooses how many directions a filter keeps, by what searches of a sample would cost.</summary>
internal static unsafe class FilterWidth
{
    private const int Queries = 24;
    private const int SampleRows = 2048;
    private const int TruthRows = 65536;
    private const int Neighbors = 10;

    // Measured: nanoseconds for four coordinates of a row's codes, for a row verified, for a value of a row without filter.
    private const double StepCost = 0.03;
    private const double VerifyCost = 60;
    private const double VerifyValueCost = 0.4;
    private const double ScanValueCost = 0.025;

    /// <param name="rows">What the filter is for.</param>
    /// <param name="axes">The directions to choose from.</param>
    /// <param name="parallel">Threads and cancellation.</param>
    /// <returns>How many; 0 where a filter does not pay.</returns>
    public static int Choose<TRows>(TRows rows, PrincipalAxes axes, ParallelOptions parallel)
        where TRows : IRowSource
    {
        var histogram = new long[axes.Count + 1];
        var sample = Math.Min(rows.Count, SampleRows);
        var (projected, rests) = Project(rows, axes, sample);
        var errors = Errors(axes);
        Parallel.For(0, Math.Min(Queries, sample), parallel, query =>
        {
            var row = query * (sample / Math.Min(Queries, sample));
            var passes = Passes(projected, rests, axes.Count, row, NthDistance(rows, axes.Stride, RowOf(row, sample, rows.Count)), errors);
            lock (histogram)
            {
                for (var i = 0; i < passes.Length; i++)
                    histogram[i] += passes[i];
            }
        });
        var pairs = (double)sample * Math.Min(Queries, sample);
        var best = 0;
        var bestCost = ScanValueCost * axes.Stride;
        for (var kept = 1; kept <= axes.Count; kept++)
        {
            var width = kept < axes.Dimension ? kept + 1 : kept;
            var verified = histogram[kept] / pairs;
            var cost = (StepCost * ((width + 3) / 4)) + (verified * (VerifyCost + (VerifyValueCost * axes.Stride)));
            if (cost < bestCost)
                (best, bestCost) = (kept, cost);
        }
        return best;
    }

    private static (float[][] Projected, double[] Squares) Project<TRows>(TRows rows, PrincipalAxes axes, int sample)
        where TRows : IRowSource
    {
        using var buffer = AlignedMemory.For<float>((2 * axes.Stride) + Padding.ForFloats(axes.Count));
        float* row = (float*)buffer.Pointer, centred = row + axes.Stride, coordinates = centred + axes.Stride;
        var projected = new float[sample][];
        var squares = new double[sample];
        for (var i = 0; i < sample; i++)
        {
            axes.Project(rows.Read(RowOf(i, sample, rows.Count), row), axes.Count, coordinates, centred);
            projected[i] = new ReadOnlySpan<float>(coordinates, axes.Count).ToArray();
            squares[i] = FloatKernels<Product>.One(centred, centred, axes.Stride);
        }
        return (projected, squares);
    }

    // Codes of so many directions: a step is what 63 of them need for some four deviations.
    private static double[] Errors(PrincipalAxes axes)
    {
        var errors = new double[axes.Count + 1];
        double kept = 0;
        for (var i = 1; i <= axes.Count; i++)
        {
            kept += axes.Variances[i - 1];
            errors[i] = 1.7 * 4.1 / 63 * Math.Sqrt(kept / i) * Math.Sqrt((i + 1) / 12.0);
        }
        return errors;
    }

    // How many rows of the sample pass with each number of directions.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int[] Passes(float[][] projected, double[] squares, int count, int query, double distance, double[] errors)
    {
        var passes = new int[count + 1];
        var q = projected[query];
        for (var row = 0; row < projected.Length; row++)
        {
            var x = projected[row];
            double bound = 0, restQ = squares[query], restX = squares[row];
            for (var i = 0; i < count; i++)
            {
                var difference = (double)q[i] - x[i];
                bound += difference * difference;
                restQ -= (double)q[i] * q[i];
                restX -= (double)x[i] * x[i];
                var rest = Math.Sqrt(Math.Max(restQ, 0)) - Math.Sqrt(Math.Max(restX, 0));
                var limit = distance + errors[i + 1];
                if (bound + (rest * rest) <= limit * limit)
                    passes[i + 1]++;
            }
        }
        return passes;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double NthDistance<TRows>(TRows rows, int stride, int query)
        where TRows : IRowSource
    {
        var truth = Math.Min(rows.Count, TruthRows);
        using var buffer = AlignedMemory.For<float>(2 * stride);
        using var nearest = AlignedMemory.For<ulong>(Neighbors + 1);
        float* first = (float*)buffer.Pointer, second = first + stride;
        var heap = new KeyHeap((ulong*)nearest.Pointer, Neighbors + 1);   // itself too
        var q = rows.Read(query, first);
        for (var i = 0; i < truth; i++)
        {
            var row = rows.Read(RowOf(i, truth, rows.Count), second);
            heap.Offer(DistanceKey.Create(FloatKernels<SquaredDifference>.One(q, row, stride), 0));
        }
        heap.Sort();
        return Math.Sqrt(DistanceKey.Distance(((ulong*)nearest.Pointer)[heap.Count - 1]));
    }

    private static int RowOf(int i, int sample, int count) => (int)((long)i * count / sample);
}
