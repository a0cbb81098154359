using Microsoft.ML.Similarity.Distances;
using Microsoft.ML.Similarity.Losses.Pairs;
using static Microsoft.ML.Similarity.Tensors.Numbers;
using static Microsoft.ML.Similarity.Tensors.Ranges;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Losses.Views;

/// <summary>The values of an embedding should correlate with themselves in the other view, and not with each other.</summary>
/// <remarks>
/// Σ (1 - C_ii)² + Lambda Σ C_ij² over i ≠ j, C the [d, d] products of the two views' values, each brought to mean 0 and
/// standard deviation 1 (dividing by B - 1) over the batch, averaged over the batch. A value that does not vary has
/// correlation 0 and gets no gradient; one row gives exactly 0. Zbontar et al., "Barlow Twins" (2021). O(B·d + d²) memory.
/// </remarks>
public sealed record BarlowTwinsLoss : PairLoss
{
    // What rounding leaves of equal values, in its units of their size.
    private const double Noise = 16;

    /// <summary>The weight of the correlations between different values, at least 0. Default 0.005, the paper's.</summary>
    public double Lambda { get; init => field = AtLeast(value, 0, nameof(Lambda)); } = 0.005;

    /// <inheritdoc/>
    protected override PairLossModule BuildModule(LossContext? context) => new Module(this);

    private sealed class Module(BarlowTwinsLoss loss) : PairLossModule(nameof(BarlowTwinsLoss))
    {
        public override LossValue forward(PairBatch input)
        {
            input.RefuseWeights(nameof(BarlowTwinsLoss));
            if (input.Rows == 1)
                return Nothing(input);
            // Rows of length 1 have standard deviation 1 but for √(B - 1).
            var correlations = Directions(input.Left).matmul(Directions(input.Right).t()) * Number((input.Rows - 1.0) / input.Rows);
            var own = correlations.diagonal();
            var others = correlations.square().masked_fill(eye(own.shape[0], dtype: ScalarType.Bool, device: own.device), Zero).sum();
            return AllActive((own - One).square().sum() + others * Number(loss.Lambda));
        }

        // [d, B]: each value's deviations from its mean, of length 1 together.
        private static Tensor Directions(Tensor rows)
        {
            var deviations = (rows - rows.mean([0], keepdim: true)).t();
            var size = rows.detach().abs().amax([0]).unsqueeze(1);
            var equal = deviations.detach().abs().amax([1], keepdim: true) <= size * Number(Noise * finfo(rows.dtype).eps);
            return UnitRows.Of(deviations.masked_fill(equal, Zero));
        }
    }
}
