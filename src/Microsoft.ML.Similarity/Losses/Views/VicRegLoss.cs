using Microsoft.ML.Similarity.Losses.Pairs;
using static Microsoft.ML.Similarity.Tensors.Numbers;
using static Microsoft.ML.Similarity.Tensors.Ranges;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Losses.Views;

/// <summary>Two views should be equal, each of their values should vary, and different values should not vary together.</summary>
/// <remarks>
/// Similarity · mean (left - right)² + Variance · ½ Σ over the views of mean_j max(0, 1 - √(Var_j + ε)) + Covariance · Σ over
/// the views of Σ_{i≠j} Cov_ij² / d; variances divide by B - 1. One row has no variance: only the first term counts.
/// Bardes, Ponce and LeCun, "VICReg" (2022); the half is that of the authors' code. O(B·d + d²) memory.
/// </remarks>
public sealed record VicRegLoss : PairLoss
{
    /// <summary>The weight of the distance between the views, at least 0. Default 25, the paper's.</summary>
    public double Similarity { get; init => field = AtLeast(value, 0, nameof(Similarity)); } = 25;

    /// <summary>The weight of the standard deviations below 1, at least 0. Default 25, the paper's.</summary>
    public double Variance { get; init => field = AtLeast(value, 0, nameof(Variance)); } = 25;

    /// <summary>The weight of the covariances, at least 0. Default 1, the paper's.</summary>
    public double Covariance { get; init => field = AtLeast(value, 0, nameof(Covariance)); } = 1;

    /// <summary>ε, above 0: what is added to variances, so that their root has a derivative. Default 0.0001, the paper's.</summary>
    public double Epsilon { get; init => field = Above(value, 0, nameof(Epsilon)); } = 1e-4;

    /// <inheritdoc/>
    protected override PairLossModule BuildModule(LossContext? context) => new Module(this);

    private sealed class Module(VicRegLoss loss) : PairLossModule(nameof(VicRegLoss))
    {
        public override LossValue forward(PairBatch input)
        {
            input.RefuseWeights(nameof(VicRegLoss));
            var value = (input.Left - input.Right).square().mean() * Number(loss.Similarity);
            return AllActive(input.Rows == 1 ? value : value + Spread(input.Left) + Spread(input.Right));
        }

        private Tensor Spread(Tensor rows)
        {
            var deviations = rows - rows.mean([0], keepdim: true);
            var covariances = deviations.t().matmul(deviations) / Number(rows.shape[0] - 1);
            var lacking = (One - (covariances.diagonal() + Number(loss.Epsilon)).sqrt()).clamp_min(Zero).mean();
            var others = covariances.square().masked_fill(eye(rows.shape[1], dtype: ScalarType.Bool, device: rows.device), Zero).sum();
            return lacking * Number(loss.Variance / 2) + others * Number(loss.Covariance / rows.shape[1]);
        }
    }
}
