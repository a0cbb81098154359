using Microsoft.ML.Similarity.Losses;
using static Microsoft.ML.Similarity.Tensors.Numbers;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Miners;

/// <summary>For each anchor the farthest positive and the nearest negative of the batch: one triplet an anchor.</summary>
/// <remarks>
/// Hermans, Beyer and Leibe, "In Defense of the Triplet Loss for Person Re-Identification" (2017). Anchors without a
/// positive or without a negative give none; of equal distances the first row is taken.
/// </remarks>
public sealed record BatchHardMiner : Miner
{
    /// <inheritdoc/>
    public override TupleSelection Mine(EmbeddedBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        using var _ = no_grad();
        var distances = batch.Distances(DistanceOrDefault).detach();
        var (positives, negatives) = (batch.Relation.Positives, batch.Relation.Negatives);
        var complete = positives.any(1, keepdim: true).logical_and(negatives.any(1, keepdim: true));
        var farthest = distances.masked_fill(positives.logical_not(), Number(double.NegativeInfinity)).argmax(1, keepdim: true);
        var nearest = distances.masked_fill(negatives.logical_not(), Number(double.PositiveInfinity)).argmin(1, keepdim: true);
        return new(
            zeros_like(positives).scatter_(1, farthest, complete),
            zeros_like(negatives).scatter_(1, nearest, complete));
    }
}
