using System.Globalization;

namespace Microsoft.ML.Similarity.Benchmarks.Knn;

/// <summary>The names of figures.</summary>
internal static class KnnMetric
{
    public const string ExactSingle = "exact, single query/s";
    public const string ExactThreads = "exact, 2 threads to 1";
    public const string ExactRecall = "exact, recall";
    public const string ExactAllocated = "exact, bytes allocated a query";

    public static string ExactBatch(int threads) => $"exact, {Threads(threads)}, queries/s";

    public static string Graph(string codes, double recall, int threads) =>
        string.Create(CultureInfo.InvariantCulture, $"{codes}, recall {recall}, {Threads(threads)}, queries/s");

    public static string GraphThreads(string codes) => $"{codes}, 2 threads to 1";

    public static string GraphAllocated(string codes) => $"{codes}, bytes allocated a query";

    public static string Recall(string codes, double target) => string.Create(CultureInfo.InvariantCulture, $"{codes}, recall for target {target}");

    public static string Build(string codes, int threads) => $"{codes}, build, {Threads(threads)}, rows/s";

    public static string BuildThreads(string codes) => $"{codes}, build, 2 threads to 1";

    public static string BytesPerRow(string codes) => $"{codes}, bytes a row";

    private static string Threads(int threads) => threads == 1 ? "1 thread" : $"{threads} threads";
}
