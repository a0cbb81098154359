using Microsoft.ML.Similarity.Distances;
using Microsoft.ML.Similarity.Losses.Pairs;
using Microsoft.ML.Similarity.Miners;
using static Microsoft.ML.Similarity.Tensors.Numbers;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Losses;

/// <summary>
/// Losses in which each anchor's part depends on its own comparisons only: of a small batch computed at once, of a large one some
/// anchors at a time, so that no matrix of all comparisons is kept.
/// </summary>
internal static class ComparedAnchors
{
    /// <summary>The loss of a batch by cosines.</summary>
    /// <param name="batch">The rows.</param>
    /// <param name="selection">The tuples chosen, or null for all.</param>
    /// <param name="reducer">The way to one number.</param>
    /// <param name="losses">
    /// From the [b, R] cosines, positives and negatives of some anchors, to [b] or [b, R] losses and Booleans that say which of them there are.
    /// </param>
    public static LossValue ByCosine(
        EmbeddedBatch batch, TupleSelection? selection, Reducer reducer, Func<Tensor, Tensor, Tensor, (Tensor Losses, Tensor Selected)> losses)
    {
        if (FitsAtOnce(batch))
            return AtOnce(batch, batch.CosineSimilarities(), selection, reducer, losses);
        var directions = UnitRows.Of(batch.Embeddings);
        var references = batch.Relation.IsWithinBatch ? directions : UnitRows.Of(batch.References);
        return InBlocks(batch, directions, references, (anchors, others) => anchors.matmul(others.t()), selection, reducer, losses);
    }

    /// <summary>As <see cref="ByCosine"/>, by distances.</summary>
    public static LossValue ByDistance(
        EmbeddedBatch batch, Distance distance, TupleSelection? selection, Reducer reducer, Func<Tensor, Tensor, Tensor, (Tensor Losses, Tensor Selected)> losses) =>
        FitsAtOnce(batch)
            ? AtOnce(batch, batch.Distances(distance), selection, reducer, losses)
            : InBlocks(batch, batch.Embeddings, batch.References, distance.Pairwise, selection, reducer, losses);

    private static bool FitsAtOnce(EmbeddedBatch batch) => AnchorsAtOnce(batch) >= batch.Relation.Positives.shape[0];

    private static long AnchorsAtOnce(EmbeddedBatch batch) => RowBlocks.RowsCompared(batch.Embeddings, batch.References.shape[0]);

    private static LossValue AtOnce(
        EmbeddedBatch batch, Tensor compared, TupleSelection? selection, Reducer reducer, Func<Tensor, Tensor, Tensor, (Tensor Losses, Tensor Selected)> losses)
    {
        var (positives, negatives) = batch.Pairs(selection);
        var (all, selected) = losses(compared, positives, negatives);
        return LossValue.Of(all, selected, reducer, batch.Weights);
    }

    private static LossValue InBlocks(
        EmbeddedBatch batch, Tensor rows, Tensor references, Func<Tensor, Tensor, Tensor> compare,
        TupleSelection? selection, Reducer reducer, Func<Tensor, Tensor, Tensor, (Tensor Losses, Tensor Selected)> losses)
    {
        var (positives, negatives) = batch.Pairs(selection);
        var weight = zeros(Array.Empty<long>(), dtype: rows.dtype, device: rows.device);
        var (active, count) = (zeros_like(weight), zeros_like(weight));
        var sum = CandidateBlocks.Sum(rows, references, AnchorsAtOnce(batch), (anchors, others, start) =>
        {
            var some = anchors.shape[0];
            var (values, selected) = losses(compare(anchors, others), positives.narrow(0, start, some), negatives.narrow(0, start, some));
            var part = reducer.Parts(values, selected, batch.Weights?.narrow(0, start, some));
            weight.add_(part.Weight);
            active.add_(LossValue.CountActive(values, selected));
            count.add_(selected.sum());
            return part.Sum;
        });
        return new(reducer.Divide(sum, weight), active / count.clamp_min(One));
    }
}
