using static Microsoft.ML.Similarity.Tensors.Numbers;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Training;

/// <summary>The features of all training rows, read once; batches are gathered from it in any order.</summary>
internal abstract class FeatureStore : IDisposable
{
    public abstract int Count { get; }

    public abstract int Dimension { get; }

    /// <summary>Whether batches cost the host next to no work: the rows lie in the memory of the device that trains.</summary>
    public virtual bool IsPrepared => true;

    /// <summary>The rows asked for, as [rows, dimension] float32 on the training device. Any thread may ask, also several at once.</summary>
    public Tensor Gather(ReadOnlySpan<int> rows)
    {
        using var scope = NewDisposeScope();
        return Upload(Fetch(rows)).MoveToOuterDisposeScope();
    }

    /// <summary>The first part of <see cref="Gather"/>, which takes the host's time: all that <see cref="Upload"/> needs of the rows. Any thread may ask.</summary>
    public abstract Tensor[] Fetch(ReadOnlySpan<int> rows);

    /// <summary>The second part of <see cref="Gather"/>, which does not wait for the device: takes what was fetched there.</summary>
    public abstract Tensor Upload(Tensor[] fetched);

    /// <summary>As <see cref="Gather"/>, where rows lie on the training device and are asked for by a tensor there, [rows] int64; null where they do not.</summary>
    public virtual Tensor? GatherAt(Tensor rows) => null;

    /// <summary>Whether <see cref="GatherAt"/> gives rows.</summary>
    public virtual bool IsOnDevice => false;

    // A float's own rounding, as a share of its value: a deviation below it is no more than noise.
    private const double Rounding = 1e-7;
    private const double SmallestDeviation = 1e-37;

    /// <summary>
    /// The mean and the standard deviation of each feature over some rows; the deviation of a feature that does not vary by more
    /// than rounding is given as 0.
    /// </summary>
    /// <param name="rows">In ascending order, for the sake of rows in a file.</param>
    public (float[] Mean, float[] Deviation) Statistics(ReadOnlySpan<int> rows)
    {
        const int mostValues = 1 << 24;
        var block = Math.Clamp(mostValues / Math.Max(1, Dimension), 1, 1 << 14);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        // Each block's own statistics are joined, so the rows are read once: Chan, Golub and LeVeque (1979).
        var mean = zeros(Dimension, dtype: ScalarType.Float64);
        var squares = zeros(Dimension, dtype: ScalarType.Float64);
        for (var start = 0; start < rows.Length; start += block)
        {
            using var inner = NewDisposeScope();
            var size = Math.Min(block, rows.Length - start);
            var values = Gather(rows.Slice(start, size)).cpu().to(ScalarType.Float64);
            var ownMean = values.mean([0]);
            var apart = ownMean - mean;
            var share = (double)size / (start + size);
            squares.add_((values - ownMean).square().sum(dim: 0) + apart.square() * Number(start * share));
            mean.add_(apart * Number(share));
        }
        var variance = squares / Number(rows.Length);
        var deviation = variance.sqrt();
        deviation = deviation.masked_fill(deviation <= (mean.abs() * Number(Rounding)).clamp_min(Number(SmallestDeviation)), Zero);
        return (ToArray(mean), ToArray(deviation));
    }

    public abstract void Dispose();

    private static float[] ToArray(Tensor values) => values.to(ScalarType.Float32).data<float>().ToArray();
}
