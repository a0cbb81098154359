using System.Globalization;

namespace Microsoft.ML.Similarity.Evaluation;

/// <summary>How well a few rows of each class, averaged into a prototype, classify others, over many random episodes.</summary>
/// <remarks>
/// An episode draws classes, and from each of them some rows as shots and others as queries; a query is given the class whose mean
/// of shots is nearest by Euclidean distance. Snell, Swersky and Zemel, "Prototypical Networks for Few-shot Learning", 2017
/// (<see href="https://arxiv.org/abs/1703.05175"/>).
/// </remarks>
public sealed class FewShotMetrics
{
    internal FewShotMetrics(double[] accuracies)
    {
        EpisodeCount = accuracies.Length;
        Accuracy = accuracies.Average();
        AccuracyStandardDeviation = Math.Sqrt(accuracies.Sum(x => (x - Accuracy) * (x - Accuracy)) / (accuracies.Length - 1));
    }

    /// <summary>The mean over the episodes of the fraction of queries classified rightly, from 0 to 1.</summary>
    public double Accuracy { get; }

    /// <summary>The standard deviation of the accuracy from episode to episode, with Bessel's correction.</summary>
    public double AccuracyStandardDeviation { get; }

    /// <summary>
    /// Half the width of the 95 % confidence interval of the mean, <see cref="Accuracy"/> ± this: 1.96 times the standard deviation
    /// divided by the square root of the number of episodes. It covers the choice of episodes from this data, not that of the data.
    /// </summary>
    public double AccuracyConfidenceInterval => 1.96 * AccuracyStandardDeviation / Math.Sqrt(EpisodeCount);

    /// <summary>The number of episodes.</summary>
    public int EpisodeCount { get; }

    /// <summary>The number of classes with enough rows, from which episodes were drawn.</summary>
    public int ClassCount { get; internal init; }

    /// <summary>The number of classes left out because they have fewer rows than shots and queries together.</summary>
    public int SmallClassCount { get; internal init; }

    /// <summary>The number of rows left out because their label is missing.</summary>
    public long MissingLabelCount { get; internal init; }

    /// <summary>The number of rows with a label left out because their embedding holds NaN or infinity.</summary>
    public long InvalidEmbeddingCount { get; internal init; }

    /// <summary>All metrics on one line.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"accuracy {Accuracy:F4} ± {AccuracyConfidenceInterval:F4}, episodes {EpisodeCount}, classes {ClassCount}, left out {SmallClassCount} classes and {MissingLabelCount + InvalidEmbeddingCount} rows");
}
