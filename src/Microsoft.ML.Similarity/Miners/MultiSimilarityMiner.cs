using Microsoft.ML.Similarity.Distances;
using Microsoft.ML.Similarity.Losses;
using static Microsoft.ML.Similarity.Tensors.Numbers;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Miners;

/// <summary>
/// Keeps the positive pairs that are less similar than the anchor's most similar negative, and the negative pairs that are more
/// similar than its least similar positive, both up to <see cref="Epsilon"/>.
/// </summary>
/// <remarks>
/// d(a,p) + ε &gt; min d(a,n), and d(a,n) - ε &lt; max d(a,p), by default with <see cref="CosineDistance"/>, as
/// <see cref="MultiSimilarityLoss"/> compares. Wang et al., "Multi-Similarity Loss with General Pair Weighting for Deep Metric Learning" (2019).
/// Anchors without a positive or without a negative give none. O(B²) memory.
/// </remarks>
public sealed record MultiSimilarityMiner : Miner
{
    /// <summary>A miner that compares by cosine.</summary>
    public MultiSimilarityMiner() => Distance = new CosineDistance();

    /// <summary>ε, a finite number. Default 0.1, the paper's.</summary>
    public double Epsilon
    {
        get;
        init => field = double.IsFinite(value)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(Epsilon), value, "Epsilon must be a finite number.");
    } = 0.1;

    /// <inheritdoc/>
    public override TupleSelection Mine(EmbeddedBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        using var _ = no_grad();
        var distances = batch.Distances(DistanceOrDefault).detach();
        var (positives, negatives) = (batch.Relation.Positives, batch.Relation.Negatives);
        // Infinite where an anchor has none of a kind, so that nothing is beyond.
        var farthest = distances.masked_fill(positives.logical_not(), Number(double.NegativeInfinity)).amax([1], keepdim: true);
        var nearest = distances.masked_fill(negatives.logical_not(), Number(double.PositiveInfinity)).amin([1], keepdim: true);
        return TupleSelection.OfPairs(
            positives.logical_and(distances + Number(Epsilon) > nearest),
            negatives.logical_and(distances - Number(Epsilon) < farthest));
    }
}
