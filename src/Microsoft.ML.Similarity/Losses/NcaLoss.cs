using Microsoft.ML.Similarity.Distances;
using Microsoft.ML.Similarity.Miners;
using static Microsoft.ML.Similarity.Tensors.Numbers;
using static Microsoft.ML.Similarity.Tensors.Ranges;

namespace Microsoft.ML.Similarity.Losses;

/// <summary>
/// Neighbourhood components analysis: each row should pick, as a random neighbour, one of its own class.
/// </summary>
/// <remarks>
/// For each anchor that has positives -log of the share of Σ exp(-s·d²(a,i)), i over all other rows, that falls on its positives; the mean over
/// these anchors. Goldberger et al., "Neighbourhood Components Analysis" (2004). By default with squared Euclidean distances of directions.
/// O(B²) memory.
/// </remarks>
public sealed record NcaLoss : Loss
{
    /// <summary>s, above 0. Default 1.</summary>
    public double SoftmaxScale { get; init => field = Above(value, 0, nameof(SoftmaxScale)); } = 1;


    internal override Distance DefaultDistance(bool normalize) => new SquaredEuclideanDistance { Normalize = normalize };

    /// <inheritdoc/>
    protected override LossModule BuildModule(LossContext? context) => new Module(this);

    private sealed class Module(NcaLoss loss) : LossModule(nameof(NcaLoss))
    {
        public override LossValue forward(EmbeddedBatch batch, TupleSelection? selection)
        {
            var (positives, negatives) = batch.Pairs(selection);
            var logits = batch.Distances(loss.DistanceOrDefault) * Number(-loss.SoftmaxScale);
            var selected = positives.any(1);
            var losses = SimilarityMask.LogSumExp(logits, positives.logical_or(negatives)) - SimilarityMask.LogSumExp(logits, positives);
            return LossValue.Of(losses.masked_fill(selected.logical_not(), Zero), selected, loss.Reducer ?? new MeanReducer(), batch.Weights);
        }
    }
}
