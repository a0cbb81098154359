using Microsoft.ML.Data;
using Microsoft.ML.Similarity.Neighbors;

namespace Microsoft.ML.Similarity.Tests.Neighbors;

/// <summary>What ML.NET does with scorers, it does with ours.</summary>
public sealed class NeighborEvaluationTests
{
    private static readonly MLContext Ml = new(seed: 1);

    // 90 rows in three clusters, every tenth with the label of the next class.
    private static readonly IDataView Data = Ml.Data.LoadFromEnumerable(Enumerable.Range(0, 90).Select(i =>
        Examples.At($"class {(i + (i % 10 == 9 ? 1 : 0)) % 3}", i % 3 * 10, i / 3 * 0.01f, 0)));

    [Test]
    public void The_multiclass_evaluator_takes_scores_unchanged()
    {
        var pipeline = Ml.Transforms.Conversion.MapValueToKey("Label").Append(Ml.MulticlassClassification.Trainers.KNearestNeighbors());
        var metrics = Ml.MulticlassClassification.Evaluate(pipeline.Fit(Data).Transform(Data), topKPredictionCount: 2);
        Assert.That(metrics.MicroAccuracy, Is.EqualTo(0.9).Within(1e-9));
        Assert.That(metrics.TopKAccuracy, Is.GreaterThan(0.95));
        Assert.That(metrics.ConfusionMatrix.Counts.Sum(row => row.Sum()), Is.EqualTo(90));
        Assert.That(metrics.ConfusionMatrix.GetFormattedConfusionTable(), Does.Contain("class 2"));
    }

    [Test]
    public void Keys_no_row_has_keep_their_place()
    {
        var keys = Ml.Data.LoadFromEnumerable(new[] { new Key { Label = "class 9" }, new Key { Label = "class 2" }, new Key { Label = "class 0" }, new Key { Label = "class 1" } });
        var pipeline = Ml.Transforms.Conversion.MapValueToKey("Label", keyData: keys).Append(Ml.MulticlassClassification.Trainers.KNearestNeighbors());
        var output = pipeline.Fit(Data).Transform(Data);
        Assert.That(Examples.KeyTexts(output.Schema, "PredictedLabel"), Is.EqualTo(new[] { "class 9", "class 2", "class 0", "class 1" }));
        Assert.That(Examples.Vectors<float>(output, "Score")[0], Is.EqualTo(new[] { 0, 0, 0.8f, 0.2f }));
        Assert.That(Ml.MulticlassClassification.Evaluate(output).MicroAccuracy, Is.EqualTo(0.9).Within(1e-9));
    }

    [Test]
    public void Predicted_labels_map_back_to_values_and_scores_sum_to_one()
    {
        var pipeline = Ml.MulticlassClassification.Trainers.KNearestNeighbors(votes: NeighborVotes.Softmax, numberOfNeighbors: 40)
            .Append(Ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
        var output = pipeline.Fit(Data).Transform(Data);
        Assert.That(output.GetColumn<string>("PredictedLabel").Take(3), Is.EqualTo(new[] { "class 0", "class 1", "class 2" }));
        Assert.That(Examples.Vectors<float>(output, "Score").Select(s => s.Sum()), Is.All.EqualTo(1).Within(1e-6));
    }

    [Test]
    public void Cross_validation_works_on_a_pipeline_ending_in_neighbours()
    {
        var pipeline = Ml.Transforms.Conversion.MapValueToKey("Label").Append(Ml.MulticlassClassification.Trainers.KNearestNeighbors(numberOfNeighbors: 7));
        var folds = Ml.MulticlassClassification.CrossValidate(Data, pipeline, 3);
        Assert.That(folds, Has.Count.EqualTo(3));
        Assert.That(folds.Select(f => f.Metrics.MicroAccuracy), Is.All.GreaterThan(0.75));
    }

    [Test]
    public void The_regression_evaluator_and_cross_validation_take_scores_unchanged()
    {
        var data = Ml.Data.LoadFromEnumerable(Enumerable.Range(0, 100).Select(i => new Example<string> { Target = i, Features = Examples.At("", i, 0, 0).Features }));
        var trainer = Ml.Regression.Trainers.KNearestNeighbors("Target", numberOfNeighbors: 3);
        var metrics = Ml.Regression.Evaluate(trainer.Fit(data).Transform(data), "Target");
        Assert.That(metrics.MeanAbsoluteError, Is.EqualTo(0.02).Within(1e-4), "only the two ends differ from the mean of their neighbours, by 1 each");
        Assert.That(Ml.Regression.CrossValidate(data, trainer, 4, "Target").Select(f => f.Metrics.RSquared), Is.All.GreaterThan(0.99));
    }

    [Test]
    public void Eight_threads_with_an_engine_each_agree_with_one()
    {
        var rows = Examples.Clusters(c => $"class {c}", rows: 200);
        var data = Ml.Data.LoadFromEnumerable(rows);
        var model = Ml.MulticlassClassification.Trainers.KNearestNeighbors(votes: NeighborVotes.DistanceWeighted).Fit(data);
        var expected = Examples.Vectors<float>(model.Transform(data), "Score");
        Ml.Model.CreatePredictionEngine<Example<string>, Prediction>(model).Dispose();   // disposes what it thinks its own
        var wrong = 0;
        var threads = Enumerable.Range(0, 8).Select(t => new Thread(() =>
        {
            using var engine = Ml.Model.CreatePredictionEngine<Example<string>, Prediction>(model);
            for (var i = 0; i < 400; i++)
            {
                var row = (i * 7 + t) % rows.Length;
                if (!engine.Predict(rows[row]).Score.AsSpan().SequenceEqual(expected[row]))
                    Interlocked.Increment(ref wrong);
            }
        })).ToList();
        threads.ForEach(t => t.Start());
        threads.ForEach(t => t.Join());
        Assert.That(wrong, Is.Zero);
    }

    private sealed class Key
    {
        public string Label { get; set; } = "";
    }

    private sealed class Prediction
    {
        public float[] Score { get; set; } = [];
    }
}
