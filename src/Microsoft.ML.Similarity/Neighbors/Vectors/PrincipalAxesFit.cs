using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Similarity.Neighbors.Vectors;

/// <summary>Finds principal axes by block power iteration over a sample (Halko, Martinsson and Tropp, 2011).</summary>
/// <remarks>
/// Rows far longer than the others (more than three times the median, from the origin or from the mean) are left out: a few outliers
/// would turn the axes towards themselves. The result does not depend on the number of threads.
/// </remarks>
internal sealed unsafe class PrincipalAxesFit : IDisposable
{
    private const int SampleRows = 16384;
    private const long SampleValues = 1 << 24;
    private const int Extra = 8;
    private const int Iterations = 3;
    private const double OutlierRatio = 9;   // of squared lengths

    private readonly FloatRows _sample;
    private readonly AlignedMemory _rows;
    private readonly AlignedMemory _basis;
    private readonly AlignedMemory _coordinates;
    private readonly int _rank;
    private readonly int _width;
    private readonly ParallelOptions _parallel;

    private PrincipalAxesFit(FloatRows sample, AlignedMemory rows, int rank, ParallelOptions parallel)
    {
        _sample = sample;
        _rows = rows;
        _rank = rank;
        _width = Padding.ForFloats(rank);
        _parallel = parallel;
        _basis = AlignedMemory.For<float>((long)rank * sample.Stride);
        _coordinates = AlignedMemory.For<float>((long)sample.Count * _width);
    }

    private float* Basis => (float*)_basis.Pointer;

    /// <param name="rows">At least one.</param>
    /// <param name="count">How many axes, at most the dimension.</param>
    /// <param name="seed">Where the iteration starts.</param>
    /// <param name="parallel">Threads and cancellation.</param>
    public static PrincipalAxes Fit<TRows>(TRows rows, int count, ulong seed, ParallelOptions parallel)
        where TRows : IRowSource
    {
        var axes = new PrincipalAxes(rows.Dimension, count);
        var memory = Sample(rows, axes, out var sample);
        using var fit = new PrincipalAxesFit(sample, memory, Math.Min(rows.Dimension, count + Extra), parallel);
        fit.Run(axes, seed);
        return axes;
    }

    // Rows less their mean, without outliers.
    private static AlignedMemory Sample<TRows>(TRows rows, PrincipalAxes axes, out FloatRows sample)
        where TRows : IRowSource
    {
        var wanted = (int)Math.Min(rows.Count, Math.Max(Math.Min(SampleRows, SampleValues / axes.Stride), 1));
        var memory = AlignedMemory.For<float>((long)wanted * axes.Stride);
        sample = new FloatRows((float*)memory.Pointer, wanted, rows.Dimension);
        for (var i = 0; i < wanted; i++)
        {
            var row = rows.Read((int)((long)i * rows.Count / wanted), sample.Row(i));
            new ReadOnlySpan<float>(row, axes.Stride).CopyTo(new Span<float>(sample.Row(i), axes.Stride));
        }
        sample = WithoutOutliers(sample, axes.Mean);   // the mean is still 0
        SetMean(sample, axes.Mean);
        sample = WithoutOutliers(sample, axes.Mean);
        SetMean(sample, axes.Mean);
        for (var i = 0; i < sample.Count; i++)
            Orthonormal.AddScaled(sample.Row(i), axes.Mean, -1, axes.Stride);
        return memory;
    }

    // Moves the rows that stay to the front.
    private static FloatRows WithoutOutliers(FloatRows rows, float* centre)
    {
        var lengths = new float[rows.Count];
        for (var i = 0; i < lengths.Length; i++)
            lengths[i] = FloatKernels<SquaredDifference>.One(rows.Row(i), centre, rows.Stride);
        var sorted = (float[])lengths.Clone();
        Array.Sort(sorted);
        var limit = OutlierRatio * sorted[sorted.Length / 2];
        var kept = 0;
        for (var i = 0; i < lengths.Length; i++)
        {
            if (lengths[i] <= limit)
                new ReadOnlySpan<float>(rows.Row(i), rows.Stride).CopyTo(new Span<float>(rows.Row(kept++), rows.Stride));
        }
        return new FloatRows(rows.Start, kept, rows.Dimension);
    }

    private static void SetMean(FloatRows rows, float* mean)
    {
        var sums = new double[rows.Dimension];
        for (var i = 0; i < rows.Count; i++)
        {
            var values = rows.Row(i);
            for (var j = 0; j < sums.Length; j++)
                sums[j] += values[j];
        }
        for (var j = 0; j < sums.Length; j++)
            mean[j] = (float)(sums[j] / rows.Count);
    }

    private void Run(PrincipalAxes axes, ulong seed)
    {
        var random = new NormalNumbers(seed);
        for (var i = 0; i < _rank; i++)
        {
            for (var j = 0; j < _sample.Dimension; j++)
                Basis[((long)i * _sample.Stride) + j] = random.Next();
        }
        Orthonormal.Make(Basis, _rank, _sample.Stride, _sample.Dimension);
        for (var iteration = 0; iteration < Iterations; iteration++)
        {
            Project();
            Multiply();
            Orthonormal.Make(Basis, _rank, _sample.Stride, _sample.Dimension);
        }
        Project();
        SetAxes(axes);
    }

    // Coordinates of the sample along the basis.
    private void Project() => PrincipalAxes.Rotate(Basis, _sample, _rank, Coordinates(0), _parallel);

    // The basis becomes the sum of the sample's rows, each times its coordinates: the covariance times the basis.
    private void Multiply() => WeightedSums.Compute(_sample, Coordinates(0), _width, Basis, _rank, _parallel);

    private void SetAxes(PrincipalAxes axes)
    {
        var products = new double[_rank, _rank];
        double total = 0;
        for (var row = 0; row < _sample.Count; row++)
            total += FloatKernels<Product>.One(_sample.Row(row), _sample.Row(row), _sample.Stride);
        Parallel.For(0, _rank, _parallel, i => AddProducts(products, i));
        for (var i = 0; i < _rank; i++)
        {
            for (var j = 0; j <= i; j++)
                products[j, i] = products[i, j] /= _sample.Count;
        }
        var vectors = SymmetricEigen.Solve(products, out var variances);
        for (var i = 0; i < axes.Count; i++)
        {
            var axis = axes.Axes + ((long)i * axes.Stride);
            for (var j = 0; j < _rank; j++)
                Orthonormal.AddScaled(axis, Basis + ((long)j * axes.Stride), (float)vectors[i, j], axes.Stride);
            axes.Variances[i] = Math.Max(variances[i], 0);
        }
        Orthonormal.Make(axes.Axes, axes.Count, axes.Stride, axes.Dimension);
        axes.TotalVariance = total / _sample.Count;
        axes.Skew = Orthonormal.Skew(axes.Axes, axes.Count, axes.Stride);
    }

    // Loops as long as this one would run a while before the runtime has compiled them well.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AddProducts(double[,] products, int axis)
    {
        fixed (double* sums = &products[axis, 0])
        {
            for (var row = 0; row < _sample.Count; row++)
            {
                var values = Coordinates(row);
                double own = values[axis];
                var i = 0;
                for (; i + 4 <= axis + 1; i += 4)
                {
                    var (lower, upper) = Vector128.Widen(Vector128.Load(values + i));
                    (Vector128.Load(sums + i) + (lower * own)).Store(sums + i);
                    (Vector128.Load(sums + i + 2) + (upper * own)).Store(sums + i + 2);
                }
                for (; i <= axis; i++)
                    sums[i] += own * values[i];
            }
        }
    }

    private float* Coordinates(int row) => (float*)_coordinates.Pointer + ((long)row * _width);

    public void Dispose()
    {
        _rows.Dispose();
        _basis.Dispose();
        _coordinates.Dispose();
    }
}
