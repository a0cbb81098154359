using Microsoft.ML.Similarity.Neighbors.Vectors;

namespace Microsoft.ML.Similarity.Neighbors.Exact;

/// <summary>Makes the <see cref="BoundFilter"/> of rows. The result does not depend on the number of threads.</summary>
internal static unsafe class BoundFilterFit
{
    /// <summary>With fewer rows, a filter costs more to make than it saves.</summary>
    public const int LeastRows = 1024;

    private const ulong Seed = 0x5EED_0F_C0DE5;
    private const int FewAxes = 96;
    private const int ManyAxes = 256;
    private const int ManyAxesValues = 1 << 18;
    private const double EnoughVariance = 0.9;
    private const int SampleRows = 4096;
    private const double OutlierRatio = 9;      // of squared lengths
    private const double ReachedShare = 0.9999;
    private const double ReachSlack = 1.05;
    private const double CodedShare = 0.999;    // the other rows may become exceptions

    /// <param name="rows">Distinct rows.</param>
    /// <param name="metric">What is near.</param>
    /// <param name="parallel">Threads and cancellation.</param>
    /// <param name="owners">Becomes richer by the memory of the filter.</param>
    /// <returns>Null where a filter does not pay.</returns>
    public static BoundFilter? Create(FloatRows rows, NeighborMetric metric, ParallelOptions parallel, List<IDisposable> owners)
    {
        if (rows.Count < LeastRows)
            return null;
        if (metric != NeighborMetric.InnerProduct)
            return Create(rows, metric, 0, parallel, owners);
        var radius = LiftedRows.RadiusOf(rows);
        return Create(new LiftedRows(rows, radius), metric, radius, parallel, owners);
    }

    private static BoundFilter? Create<TRows>(
        TRows rows, NeighborMetric metric, double radius, ParallelOptions parallel, List<IDisposable> owners)
        where TRows : IRowSource
    {
        using var axes = Axes(rows, parallel);
        var kept = FilterWidth.Choose(rows, axes, parallel);
        if (kept == 0)
            return null;

        var made = new List<IDisposable>();
        try
        {
            var mean = Allocate<float>(axes.Stride, made);
            new Span<float>(axes.Mean, axes.Stride).CopyTo(new Span<float>(mean.As<float>(), axes.Stride));
            var directions = Allocate<float>((long)kept * axes.Stride, made);
            RandomRotation.Mix(axes, kept, Seed, directions.As<float>());
            var skew = Orthonormal.Skew(directions.As<float>(), kept, axes.Stride);
            var projection = new FilterProjection(mean.As<float>(), directions.As<float>(), axes.Dimension, kept, skew, 0);
            var (restMean, reach) = Sample(rows, projection, kept);
            var scale = CodeScale.Reaching(reach);

            var steps = (projection.Width + 3) / 4;
            var blocks = BoundFilter.BlocksOf(rows.Count);
            var codes = Allocate<byte>((long)blocks * steps * 64, made);
            var bias = Allocate<int>((long)blocks * BoundFilter.BlockRows, made);
            var errors = new float[rows.Count];
            var encoder = new BlockEncoder<TRows>(rows, projection.WithRestMean(restMean), scale, codes.Pointer, bias.As<int>(), errors);
            Parallel.For(0, blocks, parallel, () => new AlignedMemory(encoder.ScratchBytes), encoder.Encode, scratch => scratch.Dispose());

            var exceptions = Exceptions(errors, out var error);
            var exceptionMemory = Allocate<int>(exceptions.Length, made);
            exceptions.CopyTo(new Span<int>(exceptionMemory.As<int>(), exceptions.Length));
            foreach (var exception in exceptions)
                bias.As<int>()[exception] = BoundFilter.NoCodesBias;

            owners.AddRange(made);
            return new BoundFilter(
                new FilterShape(metric, axes.Dimension, kept, skew, restMean, scale.Step, error, radius),
                new FilterMemory(mean, directions, codes, bias, exceptionMemory));
        }
        catch
        {
            made.ForEach(memory => memory.Dispose());
            throw;
        }
    }

    private static MemoryBlock Allocate<T>(long count, List<IDisposable> owners)
        where T : unmanaged
    {
        var memory = AlignedMemory.For<T>(count);
        owners.Add(memory);
        return memory;
    }

    private static PrincipalAxes Axes<TRows>(TRows rows, ParallelOptions parallel)
        where TRows : IRowSource
    {
        var few = Math.Min(rows.Dimension, rows.Dimension <= FewAxes * 4 / 3 ? rows.Dimension : FewAxes);
        var axes = PrincipalAxesFit.Fit(rows, few, Seed, parallel);
        var many = Math.Min(rows.Dimension, Math.Min(ManyAxes, ManyAxesValues / axes.Stride));
        if (many <= few || axes.Variances.Sum() >= EnoughVariance * axes.TotalVariance)
            return axes;
        axes.Dispose();
        return PrincipalAxesFit.Fit(rows, many, Seed, parallel);
    }

    // The mean rest and the range of the coordinates, of rows that are not outliers.
    private static (float RestMean, float Reach) Sample<TRows>(TRows rows, FilterProjection projection, int kept)
        where TRows : IRowSource
    {
        var count = Math.Min(rows.Count, SampleRows);
        var width = projection.Width;
        using var buffer = AlignedMemory.For<float>((2 * projection.Stride) + Padding.ForFloats(width) + Padding.Floats);
        float* row = (float*)buffer.Pointer, centred = row + projection.Stride, coordinates = centred + projection.Stride;
        var values = new float[count][];
        var lengths = new double[count];
        for (var i = 0; i < count; i++)
        {
            projection.Apply(rows.Read((int)((long)i * rows.Count / count), row), coordinates, centred);
            values[i] = new ReadOnlySpan<float>(coordinates, width).ToArray();
            foreach (var value in values[i])
                lengths[i] += (double)value * value;
        }
        var sorted = (double[])lengths.Clone();
        Array.Sort(sorted);
        var limit = OutlierRatio * sorted[count / 2];
        var inliers = values.Where((_, i) => lengths[i] <= limit).ToArray();
        float restMean = 0;
        if (width > kept)
        {
            restMean = (float)inliers.Average(row => (double)row[kept]);
            foreach (var inlier in inliers)
                inlier[kept] -= restMean;
        }
        var magnitudes = new float[inliers.Length * width];
        for (var i = 0; i < magnitudes.Length; i++)
            magnitudes[i] = Math.Abs(inliers[i / width][i % width]);
        Array.Sort(magnitudes);
        var reach = magnitudes[(int)((magnitudes.Length - 1) * ReachedShare)] * ReachSlack;
        return (restMean, (float)Math.Min(reach, magnitudes[^1]));
    }

    private static int[] Exceptions(float[] errors, out double error)
    {
        var sorted = (float[])errors.Clone();
        Array.Sort(sorted);
        var limit = sorted[(int)((errors.Length - 1) * CodedShare)] * 1.0001f;
        error = errors.Where(e => e <= limit).Max();
        return [.. Enumerable.Range(0, errors.Length).Where(i => !(errors[i] <= limit))];
    }
}
