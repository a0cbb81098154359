using System.Text.Json.Serialization;

namespace Microsoft.ML.Similarity.Neighbors.Index;

/// <summary>How thoroughly an index is searched. A declaration: immutable and comparable by value.</summary>
[JsonDerivedType(typeof(ExactMode), "exact")]
[JsonDerivedType(typeof(ApproximateMode), "approximate")]
[JsonDerivedType(typeof(AutomaticMode), "automatic")]
public abstract record SearchMode
{
    /// <summary>The recall that is aimed at where none is given.</summary>
    public const double DefaultTargetRecall = 0.99;

    private protected SearchMode()
    {
    }

    /// <summary>Always the nearest rows.</summary>
    public static SearchMode Exact { get; } = new ExactMode();

    /// <summary>Nearly always the nearest rows, along a graph.</summary>
    /// <param name="targetRecall">The share of the true neighbours to find, above 0 and below 1.</param>
    /// <param name="codes">What is compared on the way.</param>
    public static SearchMode Approximate(double targetRecall = DefaultTargetRecall, GraphCodes codes = GraphCodes.PrincipalBytes) =>
        new ApproximateMode { TargetRecall = targetRecall, Codes = codes };

    /// <summary>Exact up to where a graph pays.</summary>
    /// <param name="targetRecall">The share of the true neighbours to find where there is a graph, above 0 and below 1.</param>
    public static SearchMode Automatic(double targetRecall = DefaultTargetRecall) => new AutomaticMode { TargetRecall = targetRecall };

    private protected static double CheckedRecall(double value) => value is > 0 and < 1
        ? value
        : throw new ArgumentOutOfRangeException(
            nameof(ApproximateMode.TargetRecall), FormattableString.Invariant($"TargetRecall is {value}; it must be above 0 and below 1."));
}
