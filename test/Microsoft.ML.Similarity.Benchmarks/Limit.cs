namespace Microsoft.ML.Similarity.Benchmarks;

/// <summary>What a figure should reach.</summary>
/// <param name="Value">The bound.</param>
/// <param name="IsMost">Whether less is better.</param>
internal readonly record struct Limit(double Value, bool IsMost)
{
    public static Limit AtLeast(double value) => new(value, IsMost: false);

    public static Limit AtMost(double value) => new(value, IsMost: true);

    public bool Allows(double value) => IsMost ? value <= Value : value >= Value;
}
