using static Microsoft.ML.Similarity.Tensors.Numbers;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Training;

/// <summary>What the batches of an epoch gave, kept on the device: only reading it waits for it.</summary>
internal sealed class BatchStatistics(Device device) : IDisposable
{
    // Loss, active fraction, positive distance, negative distance, and whether there was one of the last two.
    private const int Columns = 6;

    private Tensor _rows = NewRows(256, device);

    /// <summary>What the batches gave so far; <see cref="Count"/> comes first. Updated in place.</summary>
    public IEnumerable<KeyValuePair<string, Tensor>> State => [KeyValuePair.Create("statistics", _rows.narrow(0, 0, Count))];

    /// <summary>The number of batches. To be set only to take up a state.</summary>
    public int Count
    {
        get;
        set
        {
            while (_rows.shape[0] < value)
                Grow();
            field = value;
        }
    }

    public void Add(BatchLoss batch)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var distances = batch.Distances.detach();
        var (positive, hasPositive) = Mean(distances, batch.Positives);
        var (negative, hasNegative) = Mean(distances, batch.Negatives);
        Count++;
        _rows[Count - 1].copy_(stack([Wide(batch.Loss.Value.detach()), Wide(batch.Loss.ActiveFraction), positive, negative, hasPositive, hasNegative]));
    }

    public Values Read()
    {
        using var scope = NewDisposeScope();
        using var values = _rows.narrow(0, 0, Count).cpu().contiguous().data<double>();
        var rows = values.ToArray();
        var sums = new double[Columns];
        int? firstNotFinite = null;
        for (var i = 0; i < rows.Length; i++)
        {
            sums[i % Columns] += rows[i];
            if (i % Columns == 0 && firstNotFinite is null && !double.IsFinite(rows[i]))
                firstNotFinite = i / Columns;
        }
        return new(sums[0] / Count, sums[1] / Count, sums[2] / sums[4], sums[3] / sums[5], firstNotFinite, firstNotFinite is > 0 and var bad ? rows[(bad - 1) * Columns] : null);
    }

    public void Reset() => Count = 0;

    public void Dispose() => _rows.Dispose();

    private void Grow()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var larger = NewRows(2 * _rows.shape[0], _rows.device);
        larger.narrow(0, 0, _rows.shape[0]).copy_(_rows);
        _rows.Dispose();
        _rows = larger;
    }

    private static Tensor NewRows(long count, Device device) => zeros(count, Columns, dtype: ScalarType.Float64, device: device).DetachFromDisposeScope();

    private static (Tensor Mean, Tensor Any) Mean(Tensor distances, Tensor mask)
    {
        var count = mask.sum();
        return (Wide(distances.masked_fill(mask.logical_not(), Zero).sum() / count.clamp_min(One)), Wide(count > Zero));
    }

    private static Tensor Wide(Tensor scalar) => scalar.to(ScalarType.Float64);

    /// <param name="Loss">Mean over the batches.</param>
    /// <param name="ActiveFraction">Mean over the batches.</param>
    /// <param name="PositiveDistance">Mean over the batches that had a positive pair; NaN where none had.</param>
    /// <param name="NegativeDistance">Mean over the batches that had a negative pair; NaN where none had.</param>
    /// <param name="FirstNotFinite">The first batch whose loss was infinite or NaN, counted from 0; null where none was.</param>
    /// <param name="LastFinite">The loss of the batch before it, if there was one.</param>
    public readonly record struct Values(
        double Loss, double ActiveFraction, double PositiveDistance, double NegativeDistance, int? FirstNotFinite, double? LastFinite);
}
