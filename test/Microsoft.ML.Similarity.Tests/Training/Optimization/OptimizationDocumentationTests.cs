using System.Globalization;
using System.Reflection;
using Microsoft.ML.Similarity.Training.Optimization;

namespace Microsoft.ML.Similarity.Tests.Training.Optimization;

/// <summary>docs/optimization.md has a row for every declaration, with its defaults.</summary>
public sealed class OptimizationDocumentationTests
{
    private static readonly string[] Rows =
        [.. File.ReadLines(Path.Combine(Repository.Root, "docs", "optimization.md")).Where(line => line.StartsWith("| `", StringComparison.Ordinal))];

    private static Type[] Declarations() =>
        [.. typeof(Optimizer).Assembly.GetTypes().Where(type => !type.IsAbstract && new[] { typeof(Optimizer), typeof(LearningRateSchedule), typeof(WeightAveraging) }.Any(type.IsSubclassOf))];

    [Test]
    public void Every_declaration_has_a_row() => Assert.That(Rows.Select(row => row.Split('`')[1]), Is.EquivalentTo(Declarations().Select(type => type.Name)));

    [TestCaseSource(nameof(Declarations))]
    public void Every_default_is_told(Type type)
    {
        var row = Rows.Single(row => row.StartsWith($"| `{type.Name}` |", StringComparison.Ordinal));
        var declaration = Activator.CreateInstance(type);
        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanWrite && property.Name != nameof(Optimizer.DecayVectors)))
        {
            var value = property.GetValue(declaration) switch
            {
                bool flag => flag ? "true" : "false",
                IEnumerable<double> list => string.Join(" and ", list.Select(item => item.ToString(CultureInfo.InvariantCulture))),
                var other => Convert.ToString(other, CultureInfo.InvariantCulture),
            };
            Assert.That(row, Does.Match($"`{property.Name}` {value}[ ,]"));
        }
    }
}
