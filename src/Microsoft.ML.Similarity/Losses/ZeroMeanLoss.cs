using Microsoft.ML.Similarity.Miners;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Losses;

/// <summary>A regulariser, for use beside a loss in a <see cref="SumLoss"/>: the values of an embedding should have the mean 0.</summary>
/// <remarks>
/// The mean over the rows of |Σ x_j|, whatever their labels. With it, cosines are correlations. Distances and tuples a miner
/// chose do not matter. pytorch-metric-learning's ZeroMeanRegularizer, which Yuan et al., "Signal-to-Noise Ratio" (2019), use with
/// <see cref="SignalToNoiseContrastiveLoss"/>.
/// </remarks>
public sealed record ZeroMeanLoss : Loss
{
    /// <inheritdoc/>
    protected override LossModule BuildModule(LossContext? context) => new Module(this);

    private sealed class Module(ZeroMeanLoss loss) : LossModule(nameof(ZeroMeanLoss))
    {
        public override LossValue forward(EmbeddedBatch batch, TupleSelection? selection)
        {
            var sums = batch.Embeddings.sum(1).abs();
            return LossValue.Of(sums, ones_like(sums.detach(), ScalarType.Bool), loss.Reducer ?? new MeanReducer(), batch.Weights);
        }
    }
}
