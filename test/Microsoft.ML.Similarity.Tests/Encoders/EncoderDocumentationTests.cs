using Microsoft.ML.Similarity.Encoders;

namespace Microsoft.ML.Similarity.Tests.Encoders;

/// <summary>docs/encoders.md names every encoder.</summary>
public sealed class EncoderDocumentationTests
{
    [Test]
    public void Every_encoder_has_a_row_that_names_its_properties()
    {
        string[] rows = [.. File.ReadLines(Path.Combine(Repository.Root, "docs", "encoders.md")).Where(line => line.StartsWith("| `", StringComparison.Ordinal))];
        Type[] types = [.. typeof(Encoder).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(Encoder)) && !type.IsAbstract)];
        foreach (var type in types)
        {
            var row = rows.Single(row => row.StartsWith($"| `{type.Name}` |", StringComparison.Ordinal));
            foreach (var property in type.GetProperties().Where(property => property.DeclaringType == type && property.CanWrite))
                Assert.That(row, Does.Contain($"`{property.Name}` "));
        }
    }
}
