using System.Globalization;
using Microsoft.ML.Similarity.Neighbors.Index;

namespace Microsoft.ML.Similarity.Neighbors;

/// <summary>The options that all k-nearest-neighbours stages have in common, checked.</summary>
internal sealed record NeighborSettings
{
    /// <exception cref="ArgumentOutOfRangeException">The number of neighbours or threads is less than 1, or the metric is none.</exception>
    /// <exception cref="ArgumentException">The index's file is not in the folder of the model.</exception>
    /// <exception cref="ArgumentNullException">There is no search mode.</exception>
    public NeighborSettings(string featureColumn, NeighborOptions options)
    {
        ArgumentException.ThrowIfNullOrEmpty(featureColumn);
        ArgumentNullException.ThrowIfNull(options.SearchMode);
        CheckAtLeastOne(nameof(options.NumberOfNeighbors), options.NumberOfNeighbors);
        CheckMetric(options.Metric);
        CheckAtLeastOne(nameof(options.NumberOfThreads), options.NumberOfThreads);
        FeatureColumn = featureColumn;
        RowIdColumn = options.RowIdColumnName;
        NumberOfNeighbors = options.NumberOfNeighbors;
        Metric = options.Metric;
        SearchMode = options.SearchMode;
        NumberOfThreads = options.NumberOfThreads;
        IndexFileName = CheckedFileName(options.IndexFileName);
        Progress = options.Progress;
        Cancellation = options.CancellationToken;
    }

    public string FeatureColumn { get; }

    public string? RowIdColumn { get; }

    public int NumberOfNeighbors { get; }

    public NeighborMetric Metric { get; }

    public SearchMode SearchMode { get; }

    public int? NumberOfThreads { get; }

    public string? IndexFileName { get; }

    public IProgress<NeighborIndexProgress>? Progress { get; }

    public CancellationToken Cancellation { get; }

    /// <exception cref="ArgumentOutOfRangeException">The votes are none, or the temperature is not above 0.</exception>
    /// <exception cref="ArgumentException">The votes do not go with the metric.</exception>
    public VoteWeights CheckVotes(NeighborVotes votes, float temperature)
    {
        CheckDefined("Votes", votes);
        if (!(temperature > 0) || float.IsInfinity(temperature))
        {
            throw new ArgumentOutOfRangeException(nameof(temperature),
                string.Create(CultureInfo.InvariantCulture, $"Temperature is {temperature}; it must be a finite number above 0."));
        }
        if (votes == NeighborVotes.DistanceWeighted && Metric == NeighborMetric.InnerProduct)
        {
            throw new ArgumentException(
                "Votes is DistanceWeighted and Metric is InnerProduct, whose distances may be negative: "
                + "use Softmax or Uniform votes, or another metric.",
                nameof(votes));
        }
        return new VoteWeights(votes, temperature);
    }

    /// <summary>Whether it names a file without a folder, on any platform.</summary>
    public static bool IsFileName(string name) => name.Trim('.', ' ').Length > 0 && name.AsSpan().IndexOfAny('/', '\\', ':') < 0;

    /// <exception cref="ArgumentOutOfRangeException">The metric is none.</exception>
    public static void CheckMetric(NeighborMetric metric) => CheckDefined("Metric", metric);

    /// <exception cref="ArgumentOutOfRangeException">The value has no name.</exception>
    public static void CheckDefined<T>(string option, T value)
        where T : struct, Enum
    {
        if (!Enum.IsDefined(value))
            throw NotOneOf(char.ToLowerInvariant(option[0]) + option[1..], $"{option} is {value}", Enum.GetNames<T>());
    }

    private static string? CheckedFileName(string? name) => name is null || IsFileName(name)
        ? name
        : throw new ArgumentException(
            $"IndexFileName is '{name}'; it must be the name of a file in the model's folder, without a path.", nameof(NeighborOptions.IndexFileName));

    private static void CheckAtLeastOne(string option, int? value)
    {
        if (value < 1)
            throw new ArgumentOutOfRangeException(option, string.Create(CultureInfo.InvariantCulture, $"{option} is {value}; it must be at least 1."));
    }

    private static ArgumentOutOfRangeException NotOneOf(string parameter, string given, string[] names) =>
        new(parameter, $"{given}; it must be one of {string.Join(", ", names)}.");
}
