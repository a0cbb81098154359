using static Microsoft.ML.Similarity.Tensors.Numbers;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Training;

/// <summary>Sums over the steps of an epoch, kept on the device: only reading them waits for it.</summary>
internal sealed class BatchStatistics(Device device) : IDisposable
{
    // Loss, active fraction, positive distance, negative distance, and how many steps each of the last two was taken in.
    private readonly Tensor _sums = zeros(6, dtype: ScalarType.Float64, device: device).DetachFromDisposeScope();
    private int _steps;

    public void Add(BatchLoss batch)
    {
        using var _ = no_grad();
        var distances = batch.Distances.detach();
        var (positive, hasPositive) = Mean(distances, batch.Positives);
        var (negative, hasNegative) = Mean(distances, batch.Negatives);
        _sums.add_(stack([Wide(batch.Loss.Value.detach()), Wide(batch.Loss.ActiveFraction), positive, negative, hasPositive, hasNegative]));
        _steps++;
    }

    public Values Read()
    {
        using var scope = NewDisposeScope();
        var sums = _sums.cpu().data<double>().ToArray();
        return new(sums[0] / _steps, sums[1] / _steps, sums[2] / sums[4], sums[3] / sums[5]);
    }

    public void Reset()
    {
        // It gives back a second handle of the same memory.
        using var alias = _sums.zero_();
        _steps = 0;
    }

    public void Dispose() => _sums.Dispose();

    private static (Tensor Mean, Tensor Any) Mean(Tensor distances, Tensor mask)
    {
        var count = mask.sum();
        return (Wide(distances.masked_fill(mask.logical_not(), Zero).sum() / count.clamp_min(One)), Wide(count > Zero));
    }

    private static Tensor Wide(Tensor scalar) => scalar.to(ScalarType.Float64);

    /// <param name="Loss">Mean over the steps.</param>
    /// <param name="ActiveFraction">Mean over the steps.</param>
    /// <param name="PositiveDistance">Mean over the steps that had a positive pair; NaN where none had.</param>
    /// <param name="NegativeDistance">Mean over the steps that had a negative pair; NaN where none had.</param>
    public readonly record struct Values(double Loss, double ActiveFraction, double PositiveDistance, double NegativeDistance);
}
