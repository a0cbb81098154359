using Microsoft.ML.Similarity.Losses;
using Microsoft.ML.Similarity.Tensors;

namespace Microsoft.ML.Similarity.Miners;

/// <summary>Which triplets a <see cref="TripletMarginMiner"/> keeps.</summary>
public enum TripletKind
{
    /// <summary>All that violate the margin: d(a,n) - d(a,p) ≤ margin.</summary>
    All,

    /// <summary>The negative is the farther one, but not by the margin: 0 &lt; d(a,n) - d(a,p) ≤ margin.</summary>
    SemiHard,

    /// <summary>The negative is the nearer one: d(a,n) - d(a,p) ≤ 0.</summary>
    Hard,
}

/// <summary>Keeps the triplets that violate a margin, or the semi-hard or hard ones among them.</summary>
/// <remarks>Schroff, Kalenichenko and Philbin, "FaceNet" (2015); as pytorch-metric-learning's miner of this name.</remarks>
public sealed record TripletMarginMiner : Miner
{
    /// <summary>The margin, at least 0. Default 0.2, as <see cref="TripletLoss"/>.</summary>
    public double Margin
    {
        get;
        init => field = Ranges.AtLeast(value, 0, nameof(Margin));
    } = 0.2;

    /// <summary>Which triplets to keep. Default <see cref="TripletKind.SemiHard"/>.</summary>
    public TripletKind Kind
    {
        get;
        init => field = Enum.IsDefined(value)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(Kind), value, "Kind must be All, SemiHard or Hard.");
    } = TripletKind.SemiHard;

    /// <inheritdoc/>
    public override TupleSelection Mine(EmbeddedBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        var (above, upTo) = Kind switch
        {
            TripletKind.SemiHard => (0, Margin),
            TripletKind.Hard => (double.NegativeInfinity, 0),
            _ => (double.NegativeInfinity, Margin),
        };
        return new(batch.Relation.Positives, batch.Relation.Negatives, new TripletBand(batch.Distances(DistanceOrDefault), above, upTo));
    }
}
