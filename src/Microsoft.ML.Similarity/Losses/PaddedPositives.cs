using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Losses;

/// <summary>The positives of each anchor as numbers of columns, padded to the same length.</summary>
/// <param name="Rows">[B, P] numbers of columns.</param>
/// <param name="IsPositive">[B, P] Booleans: false for padding.</param>
internal sealed record PaddedPositives(Tensor Rows, Tensor IsPositive)
{
    /// <summary>P, at least 1.</summary>
    public long Most => Rows.shape[1];

    /// <param name="positives">[B, R] Booleans, anchors in rows.</param>
    /// <remarks>Waits for the device, which must say how many positives an anchor has at most.</remarks>
    public static PaddedPositives Of(Tensor positives)
    {
        var most = Math.Max(1, positives.sum(1).max().item<long>());
        var (sorted, order) = positives.to(ScalarType.Int8).sort(dim: 1, descending: true, stable: true);
        return new(order.narrow(1, 0, most), sorted.narrow(1, 0, most).to(ScalarType.Bool));
    }

    public PaddedPositives Narrow(long start, long count) => new(Rows.narrow(0, start, count), IsPositive.narrow(0, start, count));
}
