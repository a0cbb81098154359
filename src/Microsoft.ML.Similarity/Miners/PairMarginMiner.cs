using Microsoft.ML.Similarity.Losses;
using static Microsoft.ML.Similarity.Tensors.Numbers;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Miners;

/// <summary>
/// Keeps the positive pairs farther apart than <see cref="PositiveMargin"/> and the negative pairs nearer than
/// <see cref="NegativeMargin"/>: those a contrastive loss of these margins has something to learn from.
/// </summary>
/// <remarks>
/// Pairs are kept one by one: an anchor may have pairs of one kind only, which losses on pairs take and losses on triplets
/// leave. As pytorch-metric-learning's miner of this name. O(B²) memory.
/// </remarks>
public sealed record PairMarginMiner : Miner
{
    /// <summary>Positive pairs must be farther apart; a finite number. Default 0.2, as pytorch-metric-learning.</summary>
    public double PositiveMargin { get; init => field = Finite(value, nameof(PositiveMargin)); } = 0.2;

    /// <summary>Negative pairs must be nearer; a finite number. Default 0.8, as pytorch-metric-learning.</summary>
    public double NegativeMargin { get; init => field = Finite(value, nameof(NegativeMargin)); } = 0.8;

    /// <inheritdoc/>
    public override TupleSelection Mine(EmbeddedBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        using var _ = no_grad();
        var distances = batch.Distances(DistanceOrDefault).detach();
        return TupleSelection.OfPairs(
            batch.Relation.Positives.logical_and(distances > Number(PositiveMargin)),
            batch.Relation.Negatives.logical_and(distances < Number(NegativeMargin)));
    }

    private static double Finite(double value, string name) =>
        double.IsFinite(value) ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} must be a finite number.");
}
