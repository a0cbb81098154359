using System.Diagnostics;
using System.IO.Compression;
using Microsoft.ML.Data;
using Microsoft.ML.Similarity.Neighbors;

namespace Microsoft.ML.Similarity.Tests.Neighbors;

public sealed class NeighborPersistenceTests
{
    private static readonly MLContext Ml = new(seed: 1);
    private static readonly IDataView Data = Ml.Data.LoadFromEnumerable(Examples.Clusters(c => $"class {c}", rows: 60));

    private string _folder = "";

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("knn").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void A_classifier_scores_the_same_in_a_fresh_process()
    {
        var model = Ml.MulticlassClassification.Trainers.KNearestNeighbors(
            votes: NeighborVotes.Softmax, metric: NeighborMetric.Cosine).Fit(Data);
        var output = model.Transform(Data);
        var expected = Examples.Column<uint>(output, "PredictedLabel")
            .Zip(Examples.Vectors<float>(output, "Score"), (label, score) => $"{label} {string.Join(' ', score.Select(BitConverter.SingleToUInt32Bits))}");
        Assert.That(ScoreElsewhere(model, "PredictedLabel", "Score"), Is.EqualTo(expected));
    }

    [Test]
    public void Regression_and_the_transform_give_the_same_in_a_fresh_process()
    {
        var regression = Ml.Regression.Trainers.KNearestNeighbors("Target", votes: NeighborVotes.DistanceWeighted).Fit(Data);
        Assert.That(ScoreElsewhere(regression, "Score"),
            Is.EqualTo(Examples.Column<float>(regression.Transform(Data), "Score").Select(s => $"{BitConverter.SingleToUInt32Bits(s)}")));

        var search = Ml.Similarity.Transforms.NearestNeighbors(inputColumnName: "Features", rowIdColumnName: "Id").Fit(Data);
        Assert.That(ScoreElsewhere(search, "NeighborDistance"), Is.EqualTo(Examples.Vectors<float>(search.Transform(Data), "NeighborDistance")
            .Select(d => string.Join(' ', d.Select(BitConverter.SingleToUInt32Bits)))));
    }

    [Test]
    public void A_search_with_its_index_beside_it_gives_the_same_in_a_fresh_process()
    {
        var search = Ml.Similarity.Transforms.NearestNeighbors(new NearestNeighborsEstimator.Options
        {
            InputColumnName = "Features",
            IndexFileName = "rows.index",
        }).Fit(Data);
        Assert.That(ScoreElsewhere(search, "NeighborDistance"), Is.EqualTo(Examples.Vectors<float>(search.Transform(Data), "NeighborDistance")
            .Select(d => string.Join(' ', d.Select(BitConverter.SingleToUInt32Bits)))));
        Assert.That(File.Exists(Path.Combine(_folder, "rows.index")));
    }

    [Test]
    public void The_decision_on_pairs_is_the_same_in_a_fresh_process()
    {
        var pairs = Ml.Data.LoadFromEnumerable(PairRow.Random(60));
        var model = Ml.Similarity.Transforms.Similar(falseAcceptRate: 0.1).Fit(pairs);
        Assert.That(ScoreElsewhere(model, pairs, "Score"),
            Is.EqualTo(Examples.Column<float>(model.Transform(pairs), "Score").Select(s => $"{BitConverter.SingleToUInt32Bits(s)}")));
        var loaded = (SimilarTransformer)Contract.EstimatorContract.SaveAndLoad(Ml, model, pairs.Schema, out _);
        Assert.That((loaded.Threshold, loaded.Calibration, loaded.Metric), Is.EqualTo((model.Threshold, model.Calibration, model.Metric)));
    }

    [TestCase("Rows", "The safetensors data is damaged: it ends within tensor 'column.0.0'.")]
    [TestCase("Index", "The saved model is damaged: The file 'Index' is truncated: it ends at byte 2301, and should at 2304.")]
    [TestCase("Classes", "The saved model is damaged: its labels end too early.")]
    public void A_truncated_part_is_refused(string part, string message)
    {
        var file = Save(Ml.MulticlassClassification.Trainers.KNearestNeighbors().Fit(Data));
        Rewrite(file, part, bytes => bytes[..^3]);
        Assert.That(() => Ml.Model.Load(file, out _), Throws.Exception.With.Matches<Exception>(e => Messages(e).Contains(message)));
    }

    [Test]
    public void A_part_from_a_newer_version_is_named()
    {
        var file = Save(Ml.MulticlassClassification.Trainers.KNearestNeighbors().Fit(Data));
        Rewrite(file, "Options", bytes => System.Text.Encoding.UTF8.GetBytes(
            System.Text.Encoding.UTF8.GetString(bytes).Replace("\"savedBy\":\"", "\"savedBy\":\"9").Replace("\"metric\"", "\"metricOfTheFuture\"")));
        Assert.That(() => Ml.Model.Load(file, out _), Throws.Exception.With.Matches<Exception>(e =>
            Messages(e).Any(m => m.StartsWith("The model was saved by version 9", StringComparison.Ordinal) && m.Contains("holds a part that version"))));
    }

    private static List<string> Messages(Exception? error)
    {
        var messages = new List<string>();
        for (; error is not null; error = error.InnerException)
            messages.Add(error.Message);
        return messages;
    }

    private static void Rewrite(string file, string part, Func<byte[], byte[]> change)
    {
        using var zip = ZipFile.Open(file, ZipArchiveMode.Update);
        var entry = zip.Entries.Single(e => e.Name == part);
        byte[] bytes;
        using (var stream = entry.Open())
        using (var memory = new MemoryStream())
        {
            stream.CopyTo(memory);
            bytes = change(memory.ToArray());
        }
        var name = entry.FullName;
        entry.Delete();
        using var written = zip.CreateEntry(name).Open();
        written.Write(bytes);
    }

    private string Save(ITransformer model, IDataView? data = null)
    {
        var file = Path.Combine(_folder, $"{model.GetType().Name}.zip");
        Ml.Model.Save(model, (data ?? Data).Schema, file);
        return file;
    }

    private string[] ScoreElsewhere(ITransformer model, params string[] columns) => ScoreElsewhere(model, Data, columns);

    private string[] ScoreElsewhere(ITransformer model, IDataView data, params string[] columns)
    {
        var view = Path.Combine(_folder, "view.idv");
        using (var stream = File.Create(view))
            Ml.Data.SaveAsBinary(data, stream);
        using var process = Process.Start(new ProcessStartInfo("dotnet", [Repository.LoadHost, Save(model, data), view, .. columns])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.Zero, errors.Result);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
