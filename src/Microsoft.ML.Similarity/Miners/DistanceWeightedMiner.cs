using Microsoft.ML.Similarity.Distances;
using Microsoft.ML.Similarity.Losses;
using static Microsoft.ML.Similarity.Tensors.Numbers;
using static Microsoft.ML.Similarity.Tensors.Ranges;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Miners;

/// <summary>For each positive pair one negative of the anchor, drawn so that near and far negatives come alike.</summary>
/// <remarks>
/// <para>
/// Directions in many dimensions are nearly all at a right angle: q(d) ∝ d^(D-2)·(1 - d²/4)^((D-3)/2). Negatives are drawn with weight
/// 1/q(d), distances below <see cref="Cutoff"/> taken as that, and those from <see cref="NonZeroLossCutoff"/> on not at all. Wu, Manmatha,
/// Smola and Krähenbühl, "Sampling Matters in Deep Embedding Learning" (2017). An anchor without such a negative gives no triplet.
/// </para>
/// <para>
/// The draws follow from <see cref="Seed"/> and the batch's embeddings: each step has others, and the same run the same. Weights are
/// computed as logarithms in float64, for any number of dimensions. O(B²) memory.
/// </para>
/// </remarks>
public sealed record DistanceWeightedMiner : Miner
{
    /// <summary>A miner of distances between directions.</summary>
    public DistanceWeightedMiner() => Distance = new EuclideanDistance();

    /// <summary>Distances below it have its weight, from 0.01 to 2. Default 0.5, the paper's.</summary>
    public double Cutoff { get; init => field = Between(value, 0.01, 2, nameof(Cutoff)); } = 0.5;

    /// <summary>Negatives must be nearer: those farther have no loss; from 0 to 2. Default 1.4, the authors' code's.</summary>
    public double NonZeroLossCutoff { get; init => field = Between(value, 0, 2, nameof(NonZeroLossCutoff)); } = 1.4;

    /// <summary>Decides the draws. Default 0.</summary>
    public int Seed { get; init; }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The distance is not a <see cref="EuclideanDistance"/> of directions.</exception>
    public override TupleSelection Mine(EmbeddedBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        if (DistanceOrDefault is not EuclideanDistance { Normalize: true })
            throw new InvalidOperationException($"Distance is {Distance}, but the weights are those of a {nameof(EuclideanDistance)} with Normalize true.");
        using var _ = no_grad();
        var distances = batch.Distances(DistanceOrDefault).detach().to(ScalarType.Float64);
        var candidates = batch.Relation.Negatives.logical_and(distances < Number(NonZeroLossCutoff));
        var others = candidates.logical_not();
        var logarithms = LogWeights(distances.clamp_min(Number(Cutoff)), batch.Embeddings.shape[1]).masked_fill(others, Number(double.NegativeInfinity));
        var weights = (logarithms - logarithms.amax([1], keepdim: true)).exp().masked_fill(others, Zero);
        var sums = weights.cumsum(1);
        var points = PairDraws.Of(batch, Seed) * sums.narrow(1, sums.shape[1] - 1, 1);
        return new(
            batch.Relation.Positives.logical_and(candidates.any(1, keepdim: true)), candidates, new TripletChoice(searchsorted(sums, points, right: true)));
    }

    // Minus log q(d), up to a constant.
    private static Tensor LogWeights(Tensor distances, long dimension)
    {
        // Opposite directions would have endless weight.
        var height = (One - distances.square() * Number(0.25)).clamp_min(Number(1e-12));
        return distances.log() * Number(2.0 - dimension) - height.log() * Number((dimension - 3) / 2.0);
    }
}
