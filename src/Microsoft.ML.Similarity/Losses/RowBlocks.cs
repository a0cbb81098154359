using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Losses;

/// <summary>
/// Losses of rows that need more memory a row than the row itself: computed some rows at a time, value and slope kept, the
/// rest forgotten, so that memory stays that of the matrix.
/// </summary>
internal static class RowBlocks
{
    // Values computed at once: 2^22 float32 numbers are 16 MiB a temporary.
    private const long BlockSize = 1 << 22;

    /// <summary>How many rows to compute at once.</summary>
    /// <param name="valuesPerRow">How many values a row's largest temporary has.</param>
    public static long Rows(long valuesPerRow) => Math.Max(1, BlockSize / Math.Max(1, valuesPerRow));

    // A GPU computes 2^25 numbers, 128 MiB, in little more than the time it takes to be told to.
    private const long GpuBlockSize = 1 << 25;

    /// <summary>How many rows to compare with candidates at once.</summary>
    /// <param name="rows">Where they are.</param>
    /// <param name="candidates">The number of candidates.</param>
    public static long RowsCompared(Tensor rows, long candidates) =>
        Math.Max(1, (rows.device.type == TorchSharp.DeviceType.CUDA ? GpuBlockSize : BlockSize) / Math.Max(1, candidates));

    /// <summary>The loss of each row of a matrix, with gradient.</summary>
    /// <param name="matrix">[B, n].</param>
    /// <param name="valuesPerRow">How many values a row's largest temporary has.</param>
    /// <param name="losses">From b rows, and the number of the first, to their [b] losses; each loss depends on its own row only.</param>
    /// <returns>[B].</returns>
    public static Tensor Losses(Tensor matrix, long valuesPerRow, Func<Tensor, long, Tensor> losses)
    {
        var rows = matrix.shape[0];
        var step = Rows(valuesPerRow);
        var values = zeros(rows, dtype: matrix.dtype, device: matrix.device);
        var slopes = zeros_like(matrix.detach());
        for (var start = 0L; start < rows; start += step)
        {
            using var scope = NewDisposeScope();
            using var _ = enable_grad();
            var count = Math.Min(step, rows - start);
            var block = matrix.detach().narrow(0, start, count).clone().requires_grad_();
            var value = losses(block, start);
            var slope = autograd.grad([value.sum()], [block], allow_unused: true)[0];
            using var __ = no_grad();
            values.narrow(0, start, count).copy_(value.detach());
            if (slope is not null)
                slopes.narrow(0, start, count).copy_(slope);
        }
        // Its value is the loss and its derivative the slope: the linear part at this point carries the gradient.
        var linear = (matrix * slopes).sum(1);
        return linear + (values - linear.detach());
    }
}
