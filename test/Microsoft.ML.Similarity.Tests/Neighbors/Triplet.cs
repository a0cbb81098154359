namespace Microsoft.ML.Similarity.Tests.Neighbors;

/// <summary>A mined triplet.</summary>
internal sealed record Triplet
{
    public Triplet()
    {
    }

    public Triplet(string anchor, string positive, string negative, float positiveDistance, float negativeDistance) =>
        (Anchor, Positive, Negative, PositiveDistance, NegativeDistance) = (anchor, positive, negative, positiveDistance, negativeDistance);

    public string Anchor { get; set; } = "";

    public string Positive { get; set; } = "";

    public string Negative { get; set; } = "";

    public float PositiveDistance { get; set; }

    public float NegativeDistance { get; set; }
}
