using Microsoft.ML.Similarity.Losses;
using static Microsoft.ML.Similarity.Tensors.Numbers;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Miners;

/// <summary>
/// The tuples a miner chose, as masks: all triplets of a chosen positive and a chosen negative pair of the same anchor,
/// within a band of d(a,n) - d(a,p) where there is one. O(B²) memory; lists of indices are made only when asked for.
/// </summary>
public sealed class TupleSelection
{
    private readonly bool _pairs;

    internal TupleSelection(Tensor positives, Tensor negatives, TripletBand? band = null)
    {
        Positives = positives;
        Negatives = negatives;
        Band = band;
    }

    private TupleSelection(Tensor positives, Tensor negatives, bool pairs)
        : this(positives, negatives) => _pairs = pairs;

    /// <summary>[B, R] Booleans: the chosen positive pairs, anchors in rows.</summary>
    public Tensor Positives { get; }

    /// <summary>[B, R] Booleans: the chosen negative pairs, anchors in rows.</summary>
    public Tensor Negatives { get; }

    /// <summary>What the triplets must fulfil besides, or null.</summary>
    public TripletBand? Band { get; }

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
        if (Band is null)
        {
            var complete = Positives.any(1, keepdim: true).logical_and(Negatives.any(1, keepdim: true));
            return (Positives.logical_and(complete), Negatives.logical_and(complete));
        }
        var triplets = ToMask();
        return (triplets.any(2), triplets.any(1));
    }

    /// <summary>The chosen triplets, one a row: anchor, positive, negative, in ascending order.</summary>
    /// <returns>[T, 3] int64. For inspection: a large batch has very many triplets, and this lists them in O(B³) memory.</returns>
    public Tensor ToTriplets() => ToMask().nonzero();

    /// <summary>In how many chosen triplets each pair is: two [B, R] matrices of numbers.</summary>
    internal (Tensor AsPositive, Tensor AsNegative) CountPairs(ScalarType type)
    {
        if (Band is null)
        {
            var positives = Positives.to(type);
            var negatives = Negatives.to(type);
            return (positives * negatives.sum(1, keepdim: true), negatives * positives.sum(1, keepdim: true));
        }
        // With an endless margin every selected triplet is active, so its counts are those of the pairs.
        var slope = SortedHinge.Count(Band.Distances.detach(), this, double.PositiveInfinity).Slope.to(type);
        return (slope.masked_fill(Positives.logical_not(), Zero), -slope.masked_fill(Negatives.logical_not(), Zero));
    }

    private Tensor ToMask()
    {
        var triplets = Positives.unsqueeze(2).logical_and(Negatives.unsqueeze(1));
        if (Band is not null)
        {
            var (rows, columns) = (Positives.shape[0], Positives.shape[1]);
            var all = arange(Number(columns), device: Positives.device).expand(rows, columns);
            triplets = triplets.logical_and(Band.Contains(0, rows, all));
        }
        return triplets;
    }
}
