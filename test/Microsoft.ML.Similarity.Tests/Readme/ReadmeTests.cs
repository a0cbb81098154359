using Microsoft.ML.Data;

namespace Microsoft.ML.Similarity.Tests.Readme;

public sealed class ReadmeTests
{
    [Test]
    public void The_pipeline_is_the_code_that_is_compiled_here()
    {
        var readme = Between(File.ReadAllText(Path.Combine(Repository.Root, "README.md")), "```csharp\n", "```");
        var source = Path.Combine(Repository.Root, "test", "Microsoft.ML.Similarity.Tests", "Readme", "ReadmePipeline.cs");
        var compiled = Between(File.ReadAllText(source), "// <readme>\n", "        // </readme>");
        Assert.That(string.Join('\n', compiled.Split('\n').Select(line => line.StartsWith("        ", StringComparison.Ordinal) ? line[8..] : line)), Is.EqualTo(readme));
    }

    [Test]
    public void The_pipeline_tells_new_classes_apart()
    {
        var path = Path.Combine(TestContext.CurrentContext.WorkDirectory, $"readme-{Guid.NewGuid():N}.zip");
        try
        {
            var (metrics, scored) = ReadmePipeline.Run(Rows("a", "b", "c", "d"), Rows("e", "f"), path);
            Assert.That(metrics.PrecisionAt1, Is.GreaterThan(0.9));
            var ml = new MLContext();
            var named = ml.Transforms.Conversion.MapKeyToValue("PredictedLabel").Fit(scored).Transform(scored);
            Assert.That(named.GetColumn<string>("PredictedLabel"), Is.EqualTo(named.GetColumn<string>("Label")));
        }
        finally
        {
            File.Delete(path);
        }
    }

    // Each class lies around a point of its own.
    private static ReadmePipeline.Row[] Rows(params string[] labels)
    {
        var random = new Random(1);
        return [.. labels.SelectMany(label => Enumerable.Range(0, 20).Select(_ => new ReadmePipeline.Row
        {
            Label = label,
            Features = [.. Enumerable.Range(0, 4).Select(i => 8f * ((label[0] - 'a' + 1) >> i & 1) + random.NextSingle())],
        }))];
    }

    private static string Between(string text, string start, string end)
    {
        text = text.ReplaceLineEndings("\n");
        var from = text.IndexOf(start, StringComparison.Ordinal) + start.Length;
        return text[from..text.IndexOf(end, from, StringComparison.Ordinal)];
    }
}
