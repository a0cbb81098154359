using Microsoft.ML.Similarity.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Training;

/// <summary>What the batches of an epoch gave, kept on the device: only reading it waits for it.</summary>
internal sealed class BatchStatistics : IDisposable
{
    // Loss, active fraction, the sums of the distances of positives and of negatives, and their numbers.
    private const int Columns = 6;

    // Where the next row goes: a tensor, for a device that adds rows by itself.
    private readonly Tensor _place;
    private Tensor _rows;

    /// <param name="device">Where batches are trained on.</param>
    public BatchStatistics(Device device)
    {
        _rows = NewRows(256, device);
        _place = zeros(1, dtype: ScalarType.Int64, device: device).DetachFromDisposeScope();
    }

    /// <summary>What the batches gave so far; <see cref="Begin"/> comes first. Updated in place.</summary>
    public IEnumerable<KeyValuePair<string, Tensor>> State => [KeyValuePair.Create("statistics", _rows.narrow(0, 0, Count)), KeyValuePair.Create("statistics.place", _place)];

    /// <summary>Where batches are trained on.</summary>
    public Device Device => _rows.device;

    /// <summary>The number of batches. To be set where the device has added some by itself.</summary>
    public int Count { get; set; }

    /// <summary>Goes on after so many batches: 0 at the beginning of an epoch.</summary>
    public void Begin(int count)
    {
        Reserve(count);
        using var number = ((long)count).ToScalar();
        _place.fill_(number);
        Count = count;
    }

    /// <summary>Makes room for so many batches in all.</summary>
    /// <returns>Whether there was room before; if not, what is kept has moved.</returns>
    public bool Reserve(int count)
    {
        if (count <= _rows.shape[0])
            return true;
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var larger = NewRows(Math.Max(count, 2 * _rows.shape[0]), _rows.device);
        larger.narrow(0, 0, _rows.shape[0]).copy_(_rows);
        _rows.Dispose();
        _rows = larger;
        return false;
    }

    public void Add(BatchLoss batch)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        Reserve(Count + 1);
        var (distances, positives, negatives) = batch.Compare();
        TorchScripts.AddStatistics(_rows, _place, batch.Loss.Value, batch.Loss.ActiveFraction, distances, positives, negatives);
        Count++;
    }

    /// <param name="onlyFinite">Whether batches whose loss is not finite do not count in the means.</param>
    public Values Read(bool onlyFinite = false)
    {
        using var scope = NewDisposeScope();
        using var values = _rows.narrow(0, 0, Count).cpu().contiguous().data<double>();
        var rows = values.ToArray();
        var sums = new double[Columns];
        int? firstNotFinite = null;
        var counted = 0;
        for (var row = 0; row < Count; row++)
        {
            var isFinite = double.IsFinite(rows[row * Columns]);
            if (!isFinite)
                firstNotFinite ??= row;
            if (!isFinite && onlyFinite)
                continue;
            counted++;
            sums[0] += rows[row * Columns];
            sums[1] += rows[(row * Columns) + 1];
            for (var kind = 0; kind < 2; kind++)
            {
                var number = rows[(row * Columns) + 4 + kind];
                sums[2 + kind] += number > 0 ? rows[(row * Columns) + 2 + kind] / number : 0;
                sums[4 + kind] += number > 0 ? 1 : 0;
            }
        }
        return new(sums[0] / counted, sums[1] / counted, sums[2] / sums[4], sums[3] / sums[5], firstNotFinite, firstNotFinite is > 0 and var bad ? rows[(bad - 1) * Columns] : null);
    }

    public void Dispose()
    {
        _rows.Dispose();
        _place.Dispose();
    }

    private static Tensor NewRows(long count, Device device) => zeros(count, Columns, dtype: ScalarType.Float64, device: device).DetachFromDisposeScope();

    /// <param name="Loss">Mean over the batches; NaN where none counts.</param>
    /// <param name="ActiveFraction">Mean over the batches; NaN where none counts.</param>
    /// <param name="PositiveDistance">Mean over the batches that had a positive pair; NaN where none had.</param>
    /// <param name="NegativeDistance">Mean over the batches that had a negative pair; NaN where none had.</param>
    /// <param name="FirstNotFinite">The first batch whose loss was infinite or NaN, counted from 0; null where none was.</param>
    /// <param name="LastFinite">The loss of the batch before it, if there was one.</param>
    public readonly record struct Values(
        double Loss, double ActiveFraction, double PositiveDistance, double NegativeDistance, int? FirstNotFinite, double? LastFinite);
}
