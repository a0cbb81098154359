using Microsoft.ML.Similarity.Miners;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Losses;

/// <summary>
/// One pair of each class of the batch: an anchor should have a larger inner product with its own positive than with those
/// of the other classes.
/// </summary>
/// <remarks>
/// The first row of each class is its anchor and the next its positive; cross entropy over the anchors' inner products with all
/// positives, the mean over the classes. Sohn, "Improved Deep Metric Learning with Multi-class N-pair Loss Objective" (2016). Meant for
/// embeddings that are not normalised. O(B²) memory.
/// </remarks>
public sealed record NPairsLoss : Loss
{

    /// <inheritdoc/>
    protected override LossModule BuildModule(LossContext? context) => new Module(this);

    private sealed class Module(NPairsLoss loss) : LossModule(nameof(NPairsLoss))
    {
        public override LossValue forward(EmbeddedBatch batch, TupleSelection? selection)
        {
            var (positives, _) = batch.Pairs(selection);
            var rows = batch.Embeddings;
            // A class's anchor is its first row that has a positive.
            var candidates = positives.any(1);
            var same = batch.Relation.Positives.logical_and(candidates.unsqueeze(0));
            var first = candidates.logical_and(same.tril(-1).any(1).logical_not());
            var positive = positives.to(ScalarType.Int8).argmax(1);
            var logits = rows.matmul(rows.index_select(0, positive).t());
            var all = SimilarityMask.LogSumExp(logits, first.unsqueeze(0).expand_as(logits));
            return LossValue.Of(all - logits.diagonal(), first, loss.Reducer ?? new MeanReducer(), batch.Weights);
        }
    }
}
