using Microsoft.ML.Similarity.Miners;
using static Microsoft.ML.Similarity.Tensors.Numbers;
using static Microsoft.ML.Similarity.Tensors.Ranges;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Losses;

/// <summary>A regulariser, for use beside a loss in a <see cref="SumLoss"/>: embeddings should be short.</summary>
/// <remarks>
/// The mean over the rows of ‖x‖_P^Power, whatever their labels, of embeddings as they are: under an encoder that normalises there
/// is nothing to learn from P = 2. Distances and tuples a miner chose do not matter. pytorch-metric-learning's LpRegularizer.
/// </remarks>
public sealed record EmbeddingNormLoss : Loss
{
    /// <summary>Which norm, at least 1. Default 2, the Euclidean length.</summary>
    public double P { get; init => field = AtLeast(value, 1, nameof(P)); } = 2;

    /// <summary>To what power it is raised, at least 1. Default 1.</summary>
    public double Power { get; init => field = AtLeast(value, 1, nameof(Power)); } = 1;

    /// <inheritdoc/>
    protected override LossModule BuildModule(LossContext? context) => new Module(this);

    private sealed class Module(EmbeddingNormLoss loss) : LossModule(nameof(EmbeddingNormLoss))
    {
        public override LossValue forward(EmbeddedBatch batch, TupleSelection? selection)
        {
            var norms = LpNorm(batch.Embeddings);
            return LossValue.Of(
                loss.Power == 1 ? norms : norms.pow(Number(loss.Power)), ones_like(norms.detach(), ScalarType.Bool), loss.Reducer ?? new MeanReducer(), batch.Weights);
        }

        // Of a row of zeros 0 with gradient 0. Scaled by the largest value, so that no power leaves the range of numbers.
        private Tensor LpNorm(Tensor rows)
        {
            if (loss.P == 2)
                return linalg.vector_norm(rows, ord: 2, dims: [1]);
            var largest = rows.detach().abs().amax([1], keepdim: true);
            var none = largest.eq(Zero);
            var scaled = rows / largest.masked_fill(none, One);
            var sum = scaled.abs().pow(Number(loss.P)).sum(1);
            none = none.squeeze(1);
            return sum.masked_fill(none, One).pow(Number(1 / loss.P)).masked_fill(none, Zero) * largest.squeeze(1);
        }
    }
}
