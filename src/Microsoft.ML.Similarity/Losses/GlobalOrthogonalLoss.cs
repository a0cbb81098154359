using Microsoft.ML.Similarity.Miners;
using static Microsoft.ML.Similarity.Tensors.Numbers;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Losses;

/// <summary>
/// A regulariser, for use beside a loss in a <see cref="SumLoss"/>: rows that do not belong together should be spread out, as
/// directions drawn evenly from all of space would be.
/// </summary>
/// <remarks>
/// M₁² + max(0, M₂ - 1/d), M₁ the mean of the cosines of all pairs that do not belong together, M₂ that of their squares, d the
/// values of an embedding: the moments that even directions have are 0 and 1/d. Weights are those of the rows as anchors. Distances and
/// tuples a miner chose do not matter, since the moments are those of all pairs. Zhang et al., "Learning Spread-Out Local Feature
/// Descriptors" (2017). O(B²) memory.
/// </remarks>
public sealed record GlobalOrthogonalLoss : Loss
{
    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A reducer is set: the moments are means.</exception>
    protected override LossModule BuildModule(LossContext? context)
    {
        RefuseReducer("its moments are means");
        return new Module();
    }

    private sealed class Module() : LossModule(nameof(GlobalOrthogonalLoss))
    {
        private static readonly MeanReducer Mean = new();

        public override LossValue forward(EmbeddedBatch batch, TupleSelection? selection)
        {
            var cosines = batch.CosineSimilarities();
            var negatives = batch.Relation.Negatives;
            var first = Mean.Reduce(cosines, negatives, batch.Weights);
            var second = Mean.Reduce(cosines.square(), negatives, batch.Weights);
            var value = first.square() + (second - Number(1.0 / batch.Embeddings.shape[1])).clamp_min(Zero);
            return new(value, (value.detach() > Zero).to(value.dtype));
        }
    }
}
