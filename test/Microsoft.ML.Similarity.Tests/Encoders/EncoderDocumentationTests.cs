using Microsoft.ML.Similarity.Augmentation;
using Microsoft.ML.Similarity.Encoders;

namespace Microsoft.ML.Similarity.Tests.Encoders;

/// <summary>docs/encoders.md names every encoder and every augmentation.</summary>
public sealed class EncoderDocumentationTests
{
    [Test]
    public void Every_declaration_has_a_row_that_names_its_properties([Values(typeof(Encoder), typeof(ImageAugmentation))] Type kind)
    {
        string[] rows = [.. File.ReadLines(Path.Combine(Repository.Root, "docs", "encoders.md")).Where(line => line.StartsWith("| `", StringComparison.Ordinal))];
        Type[] types = [.. kind.Assembly.GetTypes().Where(type => type.IsSubclassOf(kind) && !type.IsAbstract)];
        foreach (var type in types)
        {
            var row = rows.Single(row => row.StartsWith($"| `{type.Name}` |", StringComparison.Ordinal));
            foreach (var property in type.GetProperties().Where(property => property.DeclaringType == type && property.CanWrite))
                Assert.That(row, Does.Contain($"`{property.Name}` "));
        }
    }
}
