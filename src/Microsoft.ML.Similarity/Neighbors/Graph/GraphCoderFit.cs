using Microsoft.ML.Similarity.Neighbors.Index;
using Microsoft.ML.Similarity.Neighbors.Vectors;

namespace Microsoft.ML.Similarity.Neighbors.Graph;

/// <summary>Makes the codes of rows. The result does not depend on the number of threads.</summary>
/// <remarks>
/// Scale and axes are those of the ordinary rows. A few rows that lie far off, and whose codes would miss much of them, become
/// exceptions: they are left out of the graph and verified in every search.
/// </remarks>
internal sealed unsafe class GraphCoderFit : IDisposable
{
    private const ulong Seed = 0xC0DE_5EED;
    private const int KeptStep = 32;
    private const int MostKept = 256;
    private const double EnoughVariance = 0.9;
    private const int SampleRows = 4096;
    private const double OutlierRatio = 9;          // of squared lengths
    private const double ReachedShare = 0.9999;
    private const double ExceptionalRatio = 100;    // of squared errors, to the median
    private const double MostExceptions = 0.001;

    private readonly List<AlignedMemory> _memory = [];

    private GraphCoderFit()
    {
    }

    public int Kept { get; private set; }

    public CodeScale Scale { get; private set; }

    public MemoryBlock Codes { get; private set; }

    public MemoryBlock Mean { get; private set; }

    public MemoryBlock Directions { get; private set; }

    public int[] Exceptions { get; private set; } = [];

    /// <param name="rows">At least one.</param>
    /// <param name="kind">One with codes.</param>
    /// <param name="parallel">Threads and cancellation.</param>
    public static GraphCoderFit Run<TRows>(TRows rows, GraphCodes kind, ParallelOptions parallel)
        where TRows : IRowSource
    {
        var fit = new GraphCoderFit();
        try
        {
            var coder = fit.Project(rows, kind, parallel);
            fit.Scale = CodeScale.Reaching(Reach(rows, coder, fit.Kept));
            fit.Encode(rows, coder.WithScale(fit.Scale), parallel);
            return fit;
        }
        catch
        {
            fit.Dispose();
            throw;
        }
    }

    /// <summary>Hands the memory over to others.</summary>
    public void Release(List<IDisposable> owners)
    {
        owners.AddRange(_memory);
        _memory.Clear();
    }

    public void Dispose() => _memory.ForEach(memory => memory.Dispose());

    private MemoryBlock Allocate<T>(long count)
        where T : unmanaged
    {
        var memory = AlignedMemory.For<T>(count);
        _memory.Add(memory);
        return memory;
    }

    private GraphCoder Project<TRows>(TRows rows, GraphCodes kind, ParallelOptions parallel)
        where TRows : IRowSource
    {
        var principal = kind == GraphCodes.PrincipalBytes;
        using var axes = PrincipalAxesFit.Fit(rows, principal ? Math.Min(MostKept, rows.Dimension) : 1, Seed, parallel);
        Kept = principal ? Enough(axes) : rows.Dimension;
        Mean = Allocate<float>(axes.Stride);
        new Span<float>(axes.Mean, axes.Stride).CopyTo(new Span<float>(Mean.As<float>(), axes.Stride));
        if (Kept < rows.Dimension)
        {
            Directions = Allocate<float>((long)Kept * axes.Stride);
            RandomRotation.Mix(axes, Kept, Seed, Directions.As<float>());
        }
        return new GraphCoder(Mean.As<float>(), Directions.As<float>(), rows.Dimension, Kept, default);
    }

    // Whole cache lines, or half of one.
    private static int Enough(PrincipalAxes axes)
    {
        var variance = axes.Variances[0];
        var count = 1;
        while (count < axes.Count && variance < EnoughVariance * axes.TotalVariance)
            variance += axes.Variances[count++];
        return Math.Min((count + KeptStep - 1) / KeptStep * KeptStep, axes.Count);
    }

    // The range of the coordinates of rows that are not outliers.
    private static float Reach<TRows>(TRows rows, GraphCoder coder, int kept)
        where TRows : IRowSource
    {
        var count = Math.Min(rows.Count, SampleRows);
        var stride = Padding.ForFloats(rows.Dimension);
        using var memory = AlignedMemory.For<float>(stride + coder.ScratchFloats);
        float* buffer = (float*)memory.Pointer, scratch = buffer + stride;
        var sample = new float[count][];
        var lengths = new double[count];
        for (var i = 0; i < count; i++)
        {
            sample[i] = new ReadOnlySpan<float>(coder.Project(rows.Read((int)((long)i * rows.Count / count), buffer), scratch), kept).ToArray();
            foreach (var value in sample[i])
                lengths[i] += (double)value * value;
        }
        var sorted = (double[])lengths.Clone();
        Array.Sort(sorted);
        var limit = OutlierRatio * sorted[count / 2];
        var magnitudes = sample.Where((_, i) => lengths[i] <= limit).SelectMany(values => values).Select(Math.Abs).ToArray();
        Array.Sort(magnitudes);
        return magnitudes[(int)((magnitudes.Length - 1) * ReachedShare)];
    }

    private void Encode<TRows>(TRows rows, GraphCoder coder, ParallelOptions parallel)
        where TRows : IRowSource
    {
        Codes = Allocate<byte>((long)rows.Count * coder.CodeLength);
        var codes = Codes.Pointer;
        var errors = new float[rows.Count];
        var stride = Padding.ForFloats(rows.Dimension);
        Parallel.For(
            0,
            rows.Count,
            parallel,
            () => AlignedMemory.For<float>(stride + coder.ScratchFloats),
            (row, _, memory) =>
            {
                var buffer = (float*)memory.Pointer;
                errors[row] = (float)coder.Encode(rows.Read(row, buffer), codes + ((long)row * coder.CodeLength), buffer + stride);
                return memory;
            },
            memory => memory.Dispose());

        var sorted = (float[])errors.Clone();
        Array.Sort(sorted);
        var limit = Math.Max(ExceptionalRatio * sorted[rows.Count / 2], sorted[(int)((rows.Count - 1) * (1 - MostExceptions))]);
        Exceptions = [.. Enumerable.Range(0, rows.Count).Where(row => errors[row] > limit)];
    }
}
