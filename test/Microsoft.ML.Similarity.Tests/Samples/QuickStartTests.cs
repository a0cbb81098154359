using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Microsoft.ML.Similarity.Tests.Samples;

/// <summary>The sample is run once, as a user would, with its output going to a pipe.</summary>
public sealed partial class QuickStartTests
{
    private string _folder = "";
    private string _output = "";
    private string _page = "";

    [OneTimeSetUp]
    public void Run()
    {
        _folder = Directory.CreateTempSubdirectory("quickstart").FullName;
        using var process = Process.Start(new ProcessStartInfo("dotnet", [Repository.QuickStart])
        {
            WorkingDirectory = _folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        _output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.Zero, errors.Result);
        _page = File.ReadAllText(Path.Combine(_folder, "report.html"));
    }

    [OneTimeTearDown]
    public void Delete() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void Held_out_rows_of_trained_digits_find_each_other()
    {
        var (pixels, embedding) = (Metrics("0–6, held out", "pixels"), Metrics("0–6, held out", "full training"));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(embedding["MAP@R"], Is.GreaterThanOrEqualTo(0.95));
            Assert.That(pixels["MAP@R"], Is.LessThan(0.75));
            Assert.That(embedding["P@1"], Is.GreaterThanOrEqualTo(pixels["P@1"] - 0.01));
        }
    }

    [Test]
    public void Examples_of_new_digits_are_learned_without_training()
    {
        var lines = Results().GetProperty("classification").EnumerateArray().ToDictionary(
            line => line.GetProperty("name").GetString()!, line => line.GetProperty("unseen").GetDouble());
        using (Assert.EnterMultipleScope())
        {
            Assert.That(lines["full training, no examples of 7, 8 and 9"], Is.Zero);
            Assert.That(lines["full training, 10 examples of each"], Is.GreaterThan(0.4));
        }
    }

    [Test]
    public void Redirected_output_is_plain_text_of_at_most_eighty_columns()
    {
        var lines = _output.ReplaceLineEndings("\n").Split('\n');
        using (Assert.EnterMultipleScope())
        {
            Assert.That(_output, Does.Contain("embeddings and scores equal to the last bit"));
            Assert.That(_output.Contains('\e'), Is.False, "no terminal sequences");
            Assert.That(lines.Where(line => !line.StartsWith("Report: ", StringComparison.Ordinal)).Max(line => line.Length), Is.LessThanOrEqualTo(80));
        }
    }

    [Test]
    public void The_page_holds_its_drawings_and_asks_for_nothing_else()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Regex.Count(_page, "class=\"chart\""), Is.EqualTo(2));
            Assert.That(Regex.Count(_page, "class=\"map\""), Is.EqualTo(3));
            Assert.That(Regex.Count(_page, "class=\"digit\""), Is.EqualTo(2 * 10 * 9), "ten digits with eight neighbours each, by pixels and by the embedding");
            Assert.That(References().Matches(_page), Is.Empty);
        }
    }

    private Dictionary<string, double> Metrics(string rows, string by) =>
        Results().GetProperty("retrieval").EnumerateArray().Single(group => group.GetProperty("rows").GetString() == rows)
            .GetProperty("lines").EnumerateArray().Single(line => line.GetProperty("by").GetString() == by)
            .GetProperty("values").Deserialize<Dictionary<string, double>>()!;

    private JsonElement Results() => JsonElement.Parse(ResultsElement().Match(_page).Groups[1].Value);

    [GeneratedRegex("""<script type="application/json" id="results">(.*?)</script>""", RegexOptions.Singleline)]
    private static partial Regex ResultsElement();

    [GeneratedRegex("""https?://|\bsrc=|\bhref=|@import|url\(""")]
    private static partial Regex References();
}
