using static Microsoft.ML.Similarity.Tensors.Numbers;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Training;

/// <summary>The features of all training rows, read once; batches are gathered from it in any order.</summary>
internal abstract class FeatureStore : IDisposable
{
    public abstract int Count { get; }

    public abstract int Dimension { get; }

    /// <summary>The rows asked for, as [rows, dimension] float32 on the store's device.</summary>
    public abstract Tensor Gather(ReadOnlySpan<int> rows);

    // A float's own rounding, as a share of its value: a deviation below it is no more than noise.
    private const double Rounding = 1e-7;
    private const double SmallestDeviation = 1e-37;

    /// <summary>
    /// The mean and the standard deviation of each feature over some rows; the deviation of a feature that does not vary by more
    /// than rounding is given as 0.
    /// </summary>
    public (float[] Mean, float[] Deviation) Statistics(ReadOnlySpan<int> rows)
    {
        const int block = 1 << 14;
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var mean = Sum(rows, x => x) / Number(rows.Length);
        var variance = Sum(rows, x => (x - mean).square()) / Number(rows.Length);
        var deviation = variance.sqrt();
        deviation = deviation.masked_fill(deviation <= (mean.abs() * Number(Rounding)).clamp_min(Number(SmallestDeviation)), Zero);
        return (ToArray(mean), ToArray(deviation));

        Tensor Sum(ReadOnlySpan<int> all, Func<Tensor, Tensor> map)
        {
            var total = zeros(Dimension, dtype: ScalarType.Float64);
            for (var start = 0; start < all.Length; start += block)
            {
                using var inner = NewDisposeScope();
                total.add_(map(Gather(all[start..Math.Min(all.Length, start + block)]).cpu().to(ScalarType.Float64)).sum(dim: 0));
            }
            return total;
        }
    }

    public abstract void Dispose();

    private static float[] ToArray(Tensor values) => values.to(ScalarType.Float32).data<float>().ToArray();
}
