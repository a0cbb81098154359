using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Losses.Pairs;

/// <summary>
/// Losses of rows that are each compared with all candidates: computed some rows at a time, with their share of the gradients
/// on both sides, so that memory is that of the embeddings however many rows and candidates there are.
/// </summary>
internal static class CandidateBlocks
{
    /// <summary>A sum over the rows, with gradient.</summary>
    /// <param name="rows">[B, d].</param>
    /// <param name="candidates">[C, d]; can be the rows.</param>
    /// <param name="rowsAtOnce">How many rows to compare at once.</param>
    /// <param name="sum">From b rows, all candidates, and the number of the first row, to these rows' scalar part of the sum.</param>
    public static Tensor Sum(Tensor rows, Tensor candidates, long rowsAtOnce, Func<Tensor, Tensor, long, Tensor> sum)
    {
        var value = zeros(Array.Empty<long>(), dtype: rows.dtype, device: rows.device);
        var rowGradient = zeros_like(rows.detach());
        var candidateGradient = zeros_like(candidates.detach());
        var all = candidates.detach().requires_grad_();
        for (var start = 0L; start < rows.shape[0]; start += rowsAtOnce)
        {
            using var scope = NewDisposeScope();
            using var _ = enable_grad();
            var count = Math.Min(rowsAtOnce, rows.shape[0] - start);
            var block = rows.detach().narrow(0, start, count).requires_grad_();
            var part = sum(block, all, start);
            var gradients = autograd.grad([part], [block, all]);
            using var __ = no_grad();
            value.add_(part.detach());
            rowGradient.narrow(0, start, count).copy_(gradients[0]);
            candidateGradient.add_(gradients[1]);
        }
        // Its value is the sum and its derivatives the gradients: the linear parts at this point carry them.
        var linear = (rows * rowGradient).sum() + (candidates * candidateGradient).sum();
        return value + (linear - linear.detach());
    }

    /// <summary>The weighted sum of the rows' losses, with gradient.</summary>
    /// <param name="rows">[B, d].</param>
    /// <param name="candidates">[C, d]; can be the rows.</param>
    /// <param name="shares">[B] the factor of each row's loss in the sum, without gradient.</param>
    /// <param name="rowsAtOnce">How many rows to compare at once.</param>
    /// <param name="losses">From b rows, all candidates, and the number of the first row, to the rows' [b] losses.</param>
    /// <returns>A scalar; and the [B] losses without gradient.</returns>
    public static (Tensor Sum, Tensor Losses) Sum(
        Tensor rows, Tensor candidates, Tensor shares, long rowsAtOnce, Func<Tensor, Tensor, long, Tensor> losses)
    {
        var values = zeros_like(shares);
        var sum = Sum(rows, candidates, rowsAtOnce, (some, all, start) =>
        {
            var value = losses(some, all, start);
            values.narrow(0, start, some.shape[0]).copy_(value.detach());
            return (value * shares.narrow(0, start, some.shape[0])).sum();
        });
        return (sum, values);
    }
}
