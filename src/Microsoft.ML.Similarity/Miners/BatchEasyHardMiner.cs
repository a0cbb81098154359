using Microsoft.ML.Similarity.Losses;
using static Microsoft.ML.Similarity.Tensors.Numbers;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Miners;

/// <summary>For each anchor one positive and one negative of the batch, each easy, semi-hard or hard; or all of a kind.</summary>
/// <remarks>
/// Xuan, Stylianou and Pless, "Improved Embeddings with Easy Positive Triplet Mining" (2020): classes that vary keep their
/// variety when each row is drawn to its nearest positive only. With <see cref="PairStrategy.All"/> on either side, pairs are
/// kept one by one; else anchors that lack a positive or a negative give none. Of equal distances the first row is taken. O(B²) memory.
/// </remarks>
public sealed record BatchEasyHardMiner : Miner
{
    /// <summary>Which positives to choose. Default <see cref="PairStrategy.Easy"/>, the paper's.</summary>
    public PairStrategy PositiveStrategy { get; init => field = Defined(value, nameof(PositiveStrategy)); } = PairStrategy.Easy;

    /// <summary>Which negatives to choose. Default <see cref="PairStrategy.SemiHard"/>, the paper's best with easy positives.</summary>
    public PairStrategy NegativeStrategy { get; init => field = Defined(value, nameof(NegativeStrategy)); } = PairStrategy.SemiHard;

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">
    /// A strategy is semi-hard and the other is not one of a single choice, easy or hard.
    /// </exception>
    public override TupleSelection Mine(EmbeddedBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        Check(PositiveStrategy, NegativeStrategy, nameof(PositiveStrategy), nameof(NegativeStrategy));
        Check(NegativeStrategy, PositiveStrategy, nameof(NegativeStrategy), nameof(PositiveStrategy));
        using var _ = no_grad();
        var distances = batch.Distances(DistanceOrDefault).detach();
        var (positives, negatives) = (batch.Relation.Positives, batch.Relation.Negatives);
        if (PositiveStrategy == PairStrategy.SemiHard)
        {
            negatives = Negative(negatives);
            positives = Positive(positives.logical_and(distances < Chosen(negatives)));
        }
        else
        {
            positives = Positive(positives);
            negatives = Negative(NegativeStrategy == PairStrategy.SemiHard ? negatives.logical_and(distances > Chosen(positives)) : negatives);
        }
        return PositiveStrategy == PairStrategy.All || NegativeStrategy == PairStrategy.All
            ? TupleSelection.OfPairs(positives, negatives)
            : new(positives, negatives);

        Tensor Positive(Tensor among) =>
            PositiveStrategy == PairStrategy.All ? among : Extreme(distances, among, farthest: PositiveStrategy != PairStrategy.Easy);

        Tensor Negative(Tensor among) =>
            NegativeStrategy == PairStrategy.All ? among : Extreme(distances, among, farthest: NegativeStrategy == PairStrategy.Easy);

        // [B, 1] distances of the one pair an anchor has; 0 where it has none, and then no triplet either.
        Tensor Chosen(Tensor pairs) => distances.masked_fill(pairs.logical_not(), Zero).sum(1, keepdim: true);
    }

    private static Tensor Extreme(Tensor distances, Tensor among, bool farthest)
    {
        var others = among.logical_not();
        var chosen = farthest
            ? distances.masked_fill(others, Number(double.NegativeInfinity)).argmax(1, keepdim: true)
            : distances.masked_fill(others, Number(double.PositiveInfinity)).argmin(1, keepdim: true);
        return zeros_like(among).scatter_(1, chosen, among.any(1, keepdim: true));
    }

    private static void Check(PairStrategy strategy, PairStrategy other, string name, string otherName)
    {
        if (strategy == PairStrategy.SemiHard && other is (PairStrategy.SemiHard or PairStrategy.All))
            throw new InvalidOperationException($"{name} is SemiHard, which is relative to the one pair the other strategy chooses; {otherName} is {other}, but must be Easy or Hard.");
    }

    private static PairStrategy Defined(PairStrategy value, string name) => Enum.IsDefined(value)
        ? value
        : throw new ArgumentOutOfRangeException(name, value, $"{name} must be Easy, SemiHard, Hard or All.");
}
