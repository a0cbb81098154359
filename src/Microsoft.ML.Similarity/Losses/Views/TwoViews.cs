using Microsoft.ML.Similarity.Losses.Pairs;
using static Microsoft.ML.Similarity.Tensors.Numbers;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Losses.Views;

/// <summary>Two views of B things as 2B rows that are compared all with all: at once, or some rows at a time if they are many.</summary>
internal static class TwoViews
{
    /// <summary>The weighted sum of the rows' losses, with gradient.</summary>
    /// <param name="batch">The views.</param>
    /// <param name="shares">[B] what the loss of each pair counts, without gradient; half of it goes to each of its rows.</param>
    /// <param name="temperature">What cosines are divided by.</param>
    /// <param name="losses">
    /// From the [b, 2B] logits of some rows with all, left rows first, and the [b, 1] places among these of the row itself and of its partner, to [b] losses.
    /// </param>
    /// <returns>A scalar; and the [2B] losses without gradient.</returns>
    public static (Tensor Sum, Tensor Losses) Sum(PairBatch batch, Tensor shares, double temperature, Func<Tensor, Tensor, Tensor, Tensor> losses)
    {
        var rows = cat([batch.LeftDirections, batch.RightDirections]);
        var rowShares = shares.repeat(2) / Number(2);
        var atOnce = RowBlocks.RowsCompared(rows, rows.shape[0]);
        if (atOnce < rows.shape[0])
            return CandidateBlocks.Sum(rows, rows, rowShares, atOnce, Against);
        var values = Against(rows, rows, 0);
        return ((values * rowShares).sum(), values.detach());

        Tensor Against(Tensor some, Tensor all, long start)
        {
            var own = arange(Number(start), Number(start + some.shape[0]), dtype: ScalarType.Int64, device: some.device).unsqueeze(1);
            var partners = (own + Number(batch.Rows)).remainder(Number(2 * batch.Rows));
            return losses((some / Number(temperature)).matmul(all.t()), own, partners);
        }
    }
}
