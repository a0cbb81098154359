using System.Globalization;

namespace Microsoft.ML.Similarity.Neighbors;

/// <summary>How hard negatives are mined.</summary>
/// <remarks>
/// The candidates of an anchor are the rows that do not belong to it, ranked from the nearest, 0; of equally near ones the
/// first in the data comes first. Those of the ranks from <see cref="RangeMin"/> up to <see cref="RangeMax"/> that no other
/// option refuses are candidates, and <see cref="Negatives"/> says which of them are taken.
/// </remarks>
public sealed class HardNegativeOptions
{
    // As many candidates for each negative where some of them are not taken.
    private const int Spare = 10;

    /// <summary>How many negatives to find for an anchor and its positive, at least 1; where there are not so many, fewer are. Default 1.</summary>
    public int NumberOfNegatives = 1;

    /// <summary>Which of the candidates become negatives. Default <see cref="MinedNegatives.Nearest"/>.</summary>
    public MinedNegatives Negatives = MinedNegatives.Nearest;

    /// <summary>The first rank taken, at least 0: the nearest of all may well belong to the anchor, unlabelled. Default 0.</summary>
    public int RangeMin;

    /// <summary>
    /// The first rank not taken, above <see cref="RangeMin"/>. Default null: as many ranks as negatives, or ten times as many
    /// where negatives are drawn at random or may be refused.
    /// </summary>
    public int? RangeMax;

    /// <summary>
    /// How much farther than the positive a negative must at least be: distance ≥ positive's distance + margin. May be negative,
    /// to let negatives be nearer by so much. Default null: any.
    /// </summary>
    public float? AbsoluteMargin;

    /// <summary>
    /// The same as a fraction: distance ≥ positive's distance · (1 + margin), above -1. Not with
    /// <see cref="NeighborMetric.InnerProduct"/>, whose distances may be negative. Default null: any.
    /// </summary>
    public float? RelativeMargin;

    /// <summary>The least distance of a negative; nearer ones are taken for unlabelled positives. Default null: any.</summary>
    public float? MinimumDistance;

    /// <summary>The largest distance of a negative; farther ones teach nothing. Default null: any.</summary>
    public float? MaximumDistance;

    /// <summary>How many positives a labelled anchor gets, at least 1; fewer where its label has not so many rows. Default 1.</summary>
    public int NumberOfPositives = 1;

    /// <summary>Which rows of its label become a labelled anchor's positives. Default <see cref="MinedPositives.Nearest"/>.</summary>
    public MinedPositives Positives = MinedPositives.Nearest;

    /// <summary>How distances are measured. Default <see cref="NeighborMetric.Cosine"/>.</summary>
    public NeighborMetric Metric = NeighborMetric.Cosine;

    /// <summary>What random choices start from; null (the default) for the MLContext's seed, or a random one where it has none.</summary>
    public int? Seed;

    /// <summary>Ends the search with an <see cref="OperationCanceledException"/>. Default none.</summary>
    public CancellationToken CancellationToken;

    /// <summary>The rank after the last that is looked at.</summary>
    internal int EndOfRange => RangeMax ?? (int)Math.Min(int.MaxValue, RangeMin + ((long)NumberOfNegatives * (TakesAll ? 1 : Spare)));

    private bool TakesAll =>
        Negatives == MinedNegatives.Nearest && AbsoluteMargin is null && RelativeMargin is null && MinimumDistance is null && MaximumDistance is null;

    /// <summary>Whether a row at a distance may be a negative.</summary>
    internal bool Accepts(float distance, float positiveDistance) =>
        !(distance < positiveDistance + AbsoluteMargin)
        && !(distance < positiveDistance * (1 + RelativeMargin))
        && !(distance < MinimumDistance)
        && !(distance > MaximumDistance);

    /// <exception cref="ArgumentException">An option is out of its range, or two do not go together.</exception>
    internal void Check()
    {
        AtLeast(nameof(NumberOfNegatives), NumberOfNegatives, 1);
        AtLeast(nameof(NumberOfPositives), NumberOfPositives, 1);
        AtLeast(nameof(RangeMin), RangeMin, 0);
        if (RangeMax <= RangeMin)
            throw OutOfRange(nameof(RangeMax), RangeMax, $"above RangeMin, {RangeMin}");
        foreach (var (name, value) in new[] { (nameof(AbsoluteMargin), AbsoluteMargin), (nameof(RelativeMargin), RelativeMargin), (nameof(MinimumDistance), MinimumDistance), (nameof(MaximumDistance), MaximumDistance) })
        {
            if (value is { } given && !float.IsFinite(given))
                throw OutOfRange(name, given, "a finite number or null");
        }
        if (RelativeMargin <= -1)
            throw OutOfRange(nameof(RelativeMargin), RelativeMargin, "above -1");
        if (MaximumDistance < MinimumDistance)
            throw OutOfRange(nameof(MaximumDistance), MaximumDistance, string.Create(CultureInfo.InvariantCulture, $"at least MinimumDistance, {MinimumDistance}"));
        NeighborSettings.CheckMetric(Metric);
        NeighborSettings.CheckDefined(nameof(Negatives), Negatives);
        NeighborSettings.CheckDefined(nameof(Positives), Positives);
        if (RelativeMargin is not null && Metric == NeighborMetric.InnerProduct)
        {
            throw new ArgumentException(
                "RelativeMargin is given and Metric is InnerProduct, whose distances may be negative: use AbsoluteMargin, or another metric.", nameof(RelativeMargin));
        }
    }

    private static void AtLeast(string name, int value, int least)
    {
        if (value < least)
            throw OutOfRange(name, value, string.Create(CultureInfo.InvariantCulture, $"at least {least}"));
    }

    private static ArgumentOutOfRangeException OutOfRange(string name, object? value, string wanted) =>
        new(name, string.Create(CultureInfo.InvariantCulture, $"{name} is {value}; it must be {wanted}."));
}
