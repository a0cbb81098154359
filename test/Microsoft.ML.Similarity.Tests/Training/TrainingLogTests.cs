using System.Text.Json.Nodes;
using Microsoft.ML.Similarity.Training;

namespace Microsoft.ML.Similarity.Tests.Training;

public sealed class TrainingLogTests
{
    private static readonly MLContext Ml = new();
    private static readonly IDataView Data = TrainingData.View(Ml, TrainingData.Blobs(classes: 4, rowsPerClass: 20));

    private string _file = "";

    [SetUp]
    public void NameFile() => _file = Path.Combine(Path.GetTempPath(), $"similarity-{Guid.NewGuid():N}.jsonl");

    [TearDown]
    public void DeleteFile() => File.Delete(_file);

    [Test]
    public void It_has_a_line_for_each_report()
    {
        var reports = new List<TrainingProgress>();
        var summary = Fast.Fit(Ml, Data, o =>
        {
            o.LogFile = _file;
            o.Progress = new Receiver<TrainingProgress>(progress =>
            {
                reports.Add(progress);
                Assert.That(Lines()[^1]["seconds"]!.GetValue<double>(), Is.EqualTo(progress.Elapsed.TotalSeconds), "written before it is reported");
            });
        }).Summary;
        var lines = Lines();
        Assert.That(lines.Select(line => (string?)line["event"]), Is.EqualTo(new[] { "start", "reading", "epoch", "epoch", "epoch" }));
        Assert.That(((string?)lines[0]["trainer"], (int?)lines[0]["seed"], (string?)lines[0]["device"]), Is.EqualTo(("MetricLearningTrainer", 1, "cpu")));
        Assert.That(((string?)lines[1]["table"], (long?)lines[1]["rowsRead"], (bool?)lines[1]["isComplete"]), Is.EqualTo(("training data", 80L, true)));
        for (var i = 0; i < reports.Count; i++)
        {
            Assert.That(
                ((int?)lines[i + 2]["epoch"], (int?)lines[i + 2]["step"], (double?)lines[i + 2]["loss"], (double?)lines[i + 2]["learningRate"], (double?)lines[i + 2]["validationMetric"]),
                Is.EqualTo((reports[i].Epoch, reports[i].Step, reports[i].Loss, reports[i].LearningRate, reports[i].ValidationMetric)));
        }
        Assert.That(summary.Epochs, Has.Count.EqualTo(reports.Count));
        Assert.That(lines, Has.All.Matches<JsonNode>(line => (DateTime.UtcNow - line!["time"]!.GetValue<DateTime>()).Duration() < TimeSpan.FromMinutes(10)));
    }

    [Test]
    public void It_is_continued_by_the_next_training()
    {
        for (var i = 0; i < 2; i++)
            Fast.Fit(Ml, Data, o => (o.LogFile, o.MaximumNumberOfEpochs, o.ValidationFraction) = (_file, 1, 0));
        Assert.That(Lines().Select(line => (string?)line["event"]), Is.EqualTo(new[] { "start", "reading", "epoch", "start", "reading", "epoch" }));
        Assert.That(Lines()[^1]["validationMetric"], Is.Null);
    }

    [Test]
    public void A_file_that_cannot_be_written_is_named()
    {
        var file = Path.Combine(_file, "none.jsonl");
        Assert.That(() => Fast.Fit(Ml, Data, o => o.LogFile = file), Throws.TypeOf<IOException>().With.Message.StartsWith($"LogFile '{file}' cannot be written: "));
        Assert.That(() => Fast.Fit(Ml, Data, o => o.LogFile = ""), Throws.ArgumentException);
    }

    [Test]
    public void A_disk_that_is_full_does_not_end_the_training()
    {
        const string full = "/dev/full";
        if (!File.Exists(full))
            Assert.Ignore($"There is no {full}.");
        var warnings = new List<string>();
        var ml = new MLContext();
        ml.Log += (_, e) =>
        {
            if (e.Message.Contains("LogFile", StringComparison.Ordinal))
                warnings.Add(e.Message);
        };
        Assert.That(Fast.Fit(ml, Data, o => o.LogFile = full).Summary.Epochs, Has.Count.EqualTo(3));
        Assert.That(warnings, Has.Count.EqualTo(1).And.One.Contains("LogFile '/dev/full' cannot be written any more, and the training goes on without: "));
    }

    private JsonNode[] Lines()
    {
        // The training may still have it open.
        using var reader = new StreamReader(new FileStream(_file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!)];
    }
}
