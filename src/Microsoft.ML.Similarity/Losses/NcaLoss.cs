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
/// O(B²) memory, and
/// beyond about 2000 rows only for which pairs there are: anchors of large batches are compared some at a time.
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
        public override LossValue forward(EmbeddedBatch batch, TupleSelection? selection) =>
            ComparedAnchors.ByDistance(batch, loss.DistanceOrDefault, selection, loss.Reducer ?? new MeanReducer(), (distances, positives, negatives) =>
            {
                var logits = distances * Number(-loss.SoftmaxScale);
                var selected = positives.any(1);
                var losses = SimilarityMask.LogSumExp(logits, positives.logical_or(negatives)) - SimilarityMask.LogSumExp(logits, positives);
                return (losses.masked_fill(selected.logical_not(), Zero), selected);
            });
    }
}
