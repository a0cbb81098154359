using System.Globalization;
using Microsoft.ML.Similarity.Neighbors;
using Microsoft.ML.Similarity.Neighbors.Index;

namespace Microsoft.ML.Similarity.Tests.Neighbors;

/// <summary>docs/neighbors.md and docs/neighbor-models.md have a row for every option, with its default.</summary>
public sealed class NeighborDocumentationTests
{
    private static readonly string[] Rows =
        [.. Lines("neighbors.md").Concat(Lines("neighbor-models.md")).Where(line => line.StartsWith("| `", StringComparison.Ordinal))];

    private static readonly object[] Options =
    [
        new KNearestNeighborsMultiLabelTrainer.Options(), new KNearestNeighborsMulticlassTrainer.Options(), new KNearestNeighborsRegressionTrainer.Options(),
        new KNearestNeighborsAnomalyTrainer.Options(), new NearestNeighborsEstimator.Options(),
    ];

    private static TestCaseData[] Fields() =>
        [.. Options.SelectMany(options => options.GetType().GetFields().Select(field => (field.Name, Default: Text(field.GetValue(options)))))
            .GroupBy(field => field.Name, (name, fields) => new TestCaseData(name, string.Join(" or ", fields.Select(field => field.Default).Distinct())))];

    [TestCaseSource(nameof(Fields))]
    public void Every_default_is_told(string option, string value) =>
        Assert.That(Rows.Where(row => row.StartsWith($"| `{option}` | {value} |", StringComparison.Ordinal)).ToArray(), Has.Length.EqualTo(1), $"{option}: {value}");

    [Test]
    public void Nothing_else_is_told() =>
        Assert.That(Rows.Select(row => row.Split('`')[1]), Is.EquivalentTo(Fields().Select(field => (string)field.Arguments[0]!)));

    private static IEnumerable<string> Lines(string page) => File.ReadLines(Path.Combine(Repository.Root, "docs", page));

    private static string Text(object? value) => value switch
    {
        null => "null",
        IReadOnlyList<string> { Count: 0 } or CancellationToken { CanBeCanceled: false } => "none",
        ExactMode => "`SearchMode.Exact`",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };
}
