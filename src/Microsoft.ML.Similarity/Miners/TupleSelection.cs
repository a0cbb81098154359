using Microsoft.ML.Similarity.Losses;
using static Microsoft.ML.Similarity.Tensors.Numbers;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Miners;

/// <summary>
/// The tuples a miner chose, as masks: all triplets of a chosen positive and a chosen negative pair of the same anchor,
/// that fulfil a condition where there is one. O(B²) memory; lists of indices are made only when asked for.
/// </summary>
public sealed class TupleSelection
{
    private readonly bool _pairs;

    internal TupleSelection(Tensor positives, Tensor negatives, TripletCondition? condition = null)
    {
        Positives = positives;
        Negatives = negatives;
        Condition = condition;
    }

    private TupleSelection(Tensor positives, Tensor negatives, bool pairs)
        : this(positives, negatives) => _pairs = pairs;

    /// <summary>[B, R] Booleans: the chosen positive pairs, anchors in rows.</summary>
    public Tensor Positives { get; }

    /// <summary>[B, R] Booleans: the chosen negative pairs, anchors in rows.</summary>
    public Tensor Negatives { get; }

    /// <summary>What the triplets must fulfil besides, or null.</summary>
    public TripletCondition? Condition { get; }

    /// <summary>All tuples of a relation.</summary>
    public static TupleSelection All(Relation relation)
    {
        ArgumentNullException.ThrowIfNull(relation);
        return new(relation.Positives, relation.Negatives);
    }

    /// <summary>Pairs chosen one by one: each counts by itself, also where its anchor has no pair of the other kind.</summary>
    internal static TupleSelection OfPairs(Tensor positives, Tensor negatives) => new(positives, negatives, pairs: true);

    /// <summary>
    /// Two [B, R] masks of positive and negative pairs: those chosen, where the miner chose pairs; those that occur in at least
    /// one chosen triplet, where it chose triplets.
    /// </summary>
    public (Tensor Positives, Tensor Negatives) ToPairs()
    {
        if (_pairs)
            return (Positives, Negatives);
        if (Condition is null)
        {
            var complete = Positives.any(1, keepdim: true).logical_and(Negatives.any(1, keepdim: true));
            return (Positives.logical_and(complete), Negatives.logical_and(complete));
        }
        var (asPositive, asNegative) = CountPairs(ScalarType.Float32);
        return (asPositive > Zero, asNegative > Zero);
    }

    /// <summary>The chosen triplets, one a row: anchor, positive, negative, in ascending order.</summary>
    /// <returns>[T, 3] int64. For inspection: a large batch has very many triplets, and this lists them in O(B³) memory.</returns>
    public Tensor ToTriplets() => ToMask().nonzero();

    /// <summary>In how many chosen triplets each pair is: two [B, R] matrices of numbers.</summary>
    internal (Tensor AsPositive, Tensor AsNegative) CountPairs(ScalarType type)
    {
        if (Condition is null)
        {
            var positives = Positives.to(type);
            var negatives = Negatives.to(type);
            return (positives * negatives.sum(1, keepdim: true), negatives * positives.sum(1, keepdim: true));
        }
        if (Condition is not TripletBand band)
            return CountBlocks(type);
        // With an endless margin every selected triplet is active, so its counts are those of the pairs.
        var slope = SortedHinge.Count(band.Distances.detach(), this, double.PositiveInfinity).Slope.to(type);
        return (slope.masked_fill(Positives.logical_not(), Zero), -slope.masked_fill(Negatives.logical_not(), Zero));
    }

    /// <summary>Which triplets of some anchors are chosen.</summary>
    /// <param name="start">The first anchor.</param>
    /// <param name="positives">[b, p] positives of these anchors.</param>
    /// <returns>[b, p, R] Booleans.</returns>
    internal Tensor ToMask(long start, PaddedPositives positives)
    {
        var count = positives.Rows.shape[0];
        var mask = positives.IsPositive.unsqueeze(2).logical_and(Negatives.narrow(0, start, count).unsqueeze(1));
        return Condition is null ? mask : mask.logical_and(Condition.Contains(start, count, positives.Rows));
    }

    private (Tensor AsPositive, Tensor AsNegative) CountBlocks(ScalarType type)
    {
        var rows = Positives.shape[0];
        var padded = PaddedPositives.Of(Positives);
        var columns = Positives.shape[1];
        var step = RowBlocks.Rows(padded.Most * columns);
        var asPositive = zeros(rows, columns, dtype: type, device: Positives.device);
        var asNegative = zeros_like(asPositive);
        for (var start = 0L; start < rows; start += step)
        {
            using var scope = NewDisposeScope();
            var count = Math.Min(step, rows - start);
            var block = padded.Narrow(start, count);
            var triplets = ToMask(start, block).to(type);
            asPositive.narrow(0, start, count).scatter_add_(1, block.Rows, triplets.sum(2));
            asNegative.narrow(0, start, count).copy_(triplets.sum(1));
        }
        return (asPositive, asNegative);
    }

    private Tensor ToMask()
    {
        var (rows, columns) = (Positives.shape[0], Positives.shape[1]);
        var all = arange(Number(columns), device: Positives.device).expand(rows, columns);
        return ToMask(0, new(all, Positives));
    }
}
