using Microsoft.ML.Similarity.Losses.Pairs;
using static Microsoft.ML.Similarity.Tensors.Numbers;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Losses.Views;

/// <summary>Two views of B things as 2B rows that are compared all with all.</summary>
internal static class TwoViews
{
    /// <returns>[2B, 2B] cosines over the temperature, left rows first, and [2B] those of each row with its partner.</returns>
    public static (Tensor Logits, Tensor Own) Compare(PairBatch batch, double temperature)
    {
        var rows = cat([batch.LeftDirections, batch.RightDirections]);
        var logits = (rows / Number(temperature)).matmul(rows.t());
        // Taken from the same product, so that no rounding makes a loss negative.
        return (logits, cat([logits.diagonal(batch.Rows), logits.diagonal(-batch.Rows)]));
    }

    /// <returns>[2B, 2B] Booleans: each row with itself.</returns>
    public static Tensor Selves(PairBatch batch) => eye(2 * batch.Rows, dtype: ScalarType.Bool, device: batch.Left.device);
}
