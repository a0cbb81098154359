using Microsoft.ML.Similarity.Distances;
using Microsoft.ML.Similarity.Miners;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Losses;

/// <summary>
/// One pair of each class of the batch: an anchor should be more similar to its own positive than to those of the other
/// classes.
/// </summary>
/// <remarks>
/// The first row of each class is its anchor and the next its positive; cross entropy over the anchors' similarities to all
/// positives, the mean over the classes. Sohn, "Improved Deep Metric Learning with Multi-class N-pair Loss Objective" (2016). The
/// paper takes the inner product of embeddings that are not normalised; of normalised ones it is the cosine. O(B²) memory.
/// </remarks>
public sealed record NPairsLoss : Loss
{

    internal override Distance DefaultDistance(bool normalize) => normalize ? new CosineDistance() : new InnerProductDistance();

    internal override string? ReferencesRefused => "the anchor of each class is found among the rows of the batch";

    /// <inheritdoc/>
    protected override LossModule BuildModule(LossContext? context) => new Module(this);

    private sealed class Module(NPairsLoss loss) : LossModule(nameof(NPairsLoss))
    {
        public override LossValue forward(EmbeddedBatch batch, TupleSelection? selection)
        {
            var (positives, _) = batch.Pairs(selection);
            var distances = batch.Distances(loss.DistanceOrDefault);
            // A class's anchor is its first row that has a positive.
            var candidates = positives.any(1);
            var same = batch.Relation.Positives.logical_and(candidates.unsqueeze(0));
            var first = candidates.logical_and(same.tril(-1).any(1).logical_not());
            var positive = positives.to(ScalarType.Int8).argmax(1);
            var logits = -distances.index_select(1, positive);
            var all = SimilarityMask.LogSumExp(logits, first.unsqueeze(0).expand_as(logits));
            return LossValue.Of(all - logits.diagonal(), first, loss.Reducer ?? new MeanReducer(), batch.Weights);
        }
    }
}
