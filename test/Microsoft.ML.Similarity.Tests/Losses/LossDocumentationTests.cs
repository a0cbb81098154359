using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.ML.Similarity.Distances;
using Microsoft.ML.Similarity.Losses;
using Microsoft.ML.Similarity.Losses.Pairs;

namespace Microsoft.ML.Similarity.Tests.Losses;

/// <summary>docs/losses.md names every loss, on labelled rows and on pairs, and its defaults.</summary>
public sealed class LossDocumentationTests
{
    private static readonly string[] Rows = [.. File.ReadLines(Path.Combine(Repository.Root, "docs", "losses.md")).Where(line => line.StartsWith("| `", StringComparison.Ordinal))];

    private static IEnumerable<Type> Losses => typeof(Loss).Assembly.GetTypes().Where(type => (type.IsSubclassOf(typeof(Loss)) || type.IsSubclassOf(typeof(PairLoss))) && !type.IsAbstract);

    [Test]
    public void Every_loss_has_a_row_of_its_own() =>
        Assert.That(Rows.Select(row => row.Split('`')[1]), Is.EquivalentTo(Losses.Select(type => type.Name)));

    [TestCaseSource(nameof(Losses))]
    public void The_row_of_a_loss_states_its_defaults(Type type)
    {
        var loss = LossExamples.Create(type);
        var row = Rows.Single(row => row.StartsWith($"| `{type.Name}` |", StringComparison.Ordinal));
        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
                     .Where(property => property.CanWrite && !property.IsDefined(typeof(RequiredMemberAttribute))))
        {
            var value = property.GetValue(loss) switch
            {
                null => "null",
                Distance distance => distance.GetType().Name,
                Loss inner => inner.GetType().Name,
                bool flag => flag ? "true" : "false",
                var number => Convert.ToString(number, CultureInfo.InvariantCulture),
            };
            Assert.That(row, Does.Match($"`{property.Name}` {value}[ ,:]"));
        }
    }
}
