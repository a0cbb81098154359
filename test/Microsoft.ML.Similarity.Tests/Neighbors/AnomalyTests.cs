using System.Reflection;
using Microsoft.ML.Data;
using Microsoft.ML.Similarity.Neighbors;
using Microsoft.ML.Similarity.Neighbors.Index;
using Microsoft.ML.Similarity.Tests.Contract;
using Microsoft.ML.Similarity.Tests.Training;

namespace Microsoft.ML.Similarity.Tests.Neighbors;

public sealed class AnomalyTests
{
    private static readonly MLContext Ml = new(seed: 1);

    // The nearest other row is 1, 1, 1, 2 and 5 away.
    private static readonly IDataView Line = At(0, 1, 2, 4, 9);

    [Test]
    public void The_score_is_the_mean_distance_to_the_neighbours()
    {
        var output = Fit(Line, new() { NumberOfNeighbors = 3, Threshold = 2 }).Transform(At(1, 0, 3, float.NaN));
        Assert.That(Examples.Column<float>(output, "Score"), Is.EqualTo(new[] { 2 / 3f, 1, 4 / 3f, float.NaN }));
        Assert.That(Examples.Column<bool>(output, "PredictedLabel"), Is.All.False);
        Assert.That(Examples.Column<float>(Fit(Line, new() { NumberOfNeighbors = 9, Threshold = 2 }).Transform(At(0)), "Score"), Is.EqualTo(new[] { 16 / 5f }));
    }

    [Test]
    public void An_anomaly_scores_above_the_threshold()
    {
        var output = Fit(Line, new() { NumberOfNeighbors = 1, Threshold = 2 }).Transform(At(11, 11.5f, -2, -3));
        Assert.That(Examples.Column<bool>(output, "PredictedLabel"), Is.EqualTo(new[] { false, true, false, true }));
    }

    [TestCase(0, 5f)]
    [TestCase(0.19, 5f)]
    [TestCase(0.2, 2f)]
    [TestCase(0.4, 1f)]
    [TestCase(0.99, 1f)]
    public void The_threshold_is_a_quantile_of_the_rows_scored_without_themselves(double contamination, float threshold) =>
        Assert.That(Fit(Line, new() { NumberOfNeighbors = 1, Contamination = contamination }).Threshold, Is.EqualTo(threshold));

    [Test]
    public void While_a_pipeline_trains_a_row_is_not_its_own_neighbour()
    {
        var look = new Look();
        var model = Ml.AnomalyDetection.Trainers.KNearestNeighbors(numberOfNeighbors: 1, contamination: 0.2).Append(look).Fit(Line);
        Assert.That(Examples.Column<float>(look.Seen!, "Score"), Is.EqualTo(new[] { 1f, 1, 1, 2, 5 }));
        Assert.That(Examples.Column<bool>(look.Seen!, "PredictedLabel"), Is.EqualTo(new[] { false, false, false, false, true }));
        Assert.That(Examples.Column<float>(model.Transform(Line), "Score"), Is.All.Zero, "afterwards");
    }

    [Test]
    public void Rows_of_one_id_are_no_neighbours_of_each_other()
    {
        var data = Ml.Data.LoadFromEnumerable(new[] { Row("a", 0), Row("a", 1), Row("b", 3), Row("b", 9) });
        var model = Fit(data, new() { NumberOfNeighbors = 1, RowIdColumnName = "Id", Contamination = 0 });
        Assert.That(Examples.Column<float>(model.Transform(data), "Score"), Is.EqualTo(new[] { 3f, 2, 2, 8 }));
        Assert.That(model.Threshold, Is.EqualTo(8));
    }

    [Test]
    public void Another_threshold_and_more_rows_make_another_transformer()
    {
        var model = Fit(Line, new() { NumberOfNeighbors = 1, Contamination = 0.2 });
        var other = Ml.AnomalyDetection.ChangeModelThreshold(model, 0.5f);
        var more = other.AddRows(At(20));
        Assert.That((model.Threshold, other.Threshold, more.Threshold), Is.EqualTo((2f, 0.5f, 0.5f)));
        Assert.That((model.Count, other.Count, more.Count), Is.EqualTo((5, 5, 6)));
        Assert.That(Flags(model, 1.5f, 20), Is.EqualTo(new[] { false, true }));
        Assert.That(Flags(other, 1.5f, 1.75f, 20), Is.EqualTo(new[] { false, false, true }));
        Assert.That(Flags(more, 2.6f, 20), Is.EqualTo(new[] { true, false }));
    }

    [Test]
    public void Removed_rows_are_no_neighbours_and_the_threshold_stays()
    {
        var model = Fit(Ml.Data.LoadFromEnumerable(new[] { Row("a", 0), Row("b", 4), Row("c", 5) }), new() { NumberOfNeighbors = 1, RowIdColumnName = "Id", Contamination = 0 });
        var less = model.RemoveRows(Ml.Data.LoadFromEnumerable(new[] { Row("a", 9) }));
        Assert.That((model.Threshold, less.Threshold, less.Count), Is.EqualTo((4f, 4f, 2)));
        Assert.That((Flags(model, -1)[0], Flags(less, -1)[0]), Is.EqualTo((false, true)));
    }

    [Test]
    public void It_keeps_the_contract([Values] bool sparse, [Values] NeighborMetric metric)
    {
        var data = Ml.Data.LoadFromEnumerable(Examples.Clusters(c => c, sparse: sparse));
        EstimatorContract.Check(
            Ml,
            Ml.AnomalyDetection.Trainers.KNearestNeighbors(numberOfNeighbors: 3, metric: metric, contamination: 0.1),
            data,
            invalid: Ml.Transforms.DropColumns("Features").Fit(data).Transform(data),
            fitOnly: Ml.Transforms.Concatenate("Features", "Features", "Target").Fit(data).Transform(data));
    }

    [Test]
    public void It_keeps_the_contract_with_row_ids()
    {
        var data = Ml.Data.LoadFromEnumerable(Examples.Clusters(c => c));
        var model = (KNearestNeighborsAnomalyTransformer)EstimatorContract.Check(
            Ml, Ml.AnomalyDetection.Trainers.KNearestNeighbors(rowIdColumnName: "Id"), data, invalid: Ml.Transforms.DropColumns("Id").Fit(data).Transform(data));
        var loaded = (KNearestNeighborsAnomalyTransformer)EstimatorContract.SaveAndLoad(Ml, model, data.Schema, out _);
        Assert.That((loaded.Threshold, loaded.NumberOfNeighbors, loaded.Metric), Is.EqualTo((model.Threshold, 5, NeighborMetric.Euclidean)));
    }

    /// <summary>
    /// Digits 0 to 4 are normal: a rate of 0.05 among the training rows holds for rows of the same writers; other digits are anomalies. ML.NET's own
    /// detector, at the best of several ranks, tells them less well.
    /// </summary>
    [Test]
    public void The_anomaly_evaluator_takes_the_scores_of_digits_unchanged()
    {
        var normal = TrainingData.Digits.Where(row => row.Label[0] < '5').ToArray();
        var others = TrainingData.Digits.Where(row => row.Label[0] >= '5').ToArray();
        var train = normal.Where((_, i) => i % 3 != 0).ToArray();
        var model = Ml.AnomalyDetection.Trainers.KNearestNeighbors(contamination: 0.05).Fit(TrainingData.View(Ml, train));
        var test = normal.Where((_, i) => i % 3 == 0).Select(row => (row, Label: 0f)).Concat(others.Select(row => (row, Label: 1f))).ToArray();
        var rows = Ml.Data.LoadFromEnumerable(test.Select(t => new Digit { Label = t.Label, Features = t.row.Features }));
        var scored = model.Transform(rows);
        var metrics = Ml.AnomalyDetection.Evaluate(scored);
        var principal = Ml.AnomalyDetection.Trainers.RandomizedPca(rank: 10, seed: 1).Fit(TrainingData.View(Ml, train)).Transform(rows);
        var flags = Examples.Column<bool>(scored, "PredictedLabel");
        var falseAlarms = flags[..^others.Length].Average(flag => flag ? 1d : 0);
        var detected = flags[^others.Length..].Average(flag => flag ? 1d : 0);
        Assert.That(metrics.AreaUnderRocCurve, Is.GreaterThan(0.98));
        Assert.That(metrics.AreaUnderRocCurve, Is.GreaterThan(Ml.AnomalyDetection.Evaluate(principal).AreaUnderRocCurve));
        Assert.That(falseAlarms, Is.InRange(0.02, 0.1));
        Assert.That(detected, Is.GreaterThan(0.9));
    }

    [Test]
    public void The_token_or_the_context_ends_the_finding_of_the_threshold([Values] bool byContext)
    {
        var ml = new MLContext();
        using var source = new CancellationTokenSource();
        var read = 0;
        var trainer = ml.AnomalyDetection.Trainers.KNearestNeighbors(new KNearestNeighborsAnomalyTrainer.Options { CancellationToken = source.Token });
        Assert.That(() => trainer.Fit(ml.Data.LoadFromEnumerable(Rows())), Throws.TypeOf<OperationCanceledException>());
        Assert.That(read, Is.EqualTo(2), "the first reading is of the reference rows");

        IEnumerable<Example<string>> Rows()
        {
            if (++read == 2 && byContext)
                typeof(MLContext).GetMethod("CancelExecution", BindingFlags.Instance | BindingFlags.NonPublic)!.Invoke(ml, null);
            else if (read == 2)
                source.Cancel();
            for (var i = 0; i < 10; i++)
                yield return Row("", i);
        }
    }

    [Test]
    public void A_graph_scores_nearly_the_same()
    {
        var train = TrainingData.View(Ml, [.. TrainingData.Digits[..1500]]);
        var queries = TrainingData.View(Ml, [.. TrainingData.Digits[1500..]]);
        var exact = Fit(train, new() { Contamination = 0.05 });
        var graph = Fit(train, new() { Contamination = 0.05, SearchMode = SearchMode.Approximate(0.95) });
        Assert.That(graph.Statistics.GraphBytes, Is.GreaterThan(0));
        Assert.That(graph.Threshold, Is.EqualTo(exact.Threshold).Within(2).Percent);
        var differences = Examples.Column<float>(graph.Transform(queries), "Score").Zip(Examples.Column<float>(exact.Transform(queries), "Score"), (g, e) => (g / e) - 1).ToArray();
        Assert.That(differences.Average(), Is.InRange(0, 0.02), "what a graph misses is nearer than what it finds");
    }

    [TestCase(-0.1, "-0.1")]
    [TestCase(1, "1")]
    [TestCase(double.NaN, "NaN")]
    public void A_contamination_is_less_than_1(double contamination, string shown) => Refused<ArgumentOutOfRangeException>(
        () => Ml.AnomalyDetection.Trainers.KNearestNeighbors(contamination: contamination),
        $"Contamination is {shown}; it must be at least 0 and less than 1. (Parameter 'options')");

    [Test]
    public void What_cannot_be_is_refused()
    {
        Refused<ArgumentOutOfRangeException>(() => Fit(Line, new() { Threshold = float.NaN }), "Threshold is NaN; it must be a number, or null to find it in Fit. (Parameter 'options')");
        Refused<ArgumentOutOfRangeException>(() => Fit(Line, new() { NumberOfNeighbors = 0 }), "NumberOfNeighbors is 0; it must be at least 1. (Parameter 'NumberOfNeighbors')");
        Refused<ArgumentOutOfRangeException>(() => Ml.AnomalyDetection.ChangeModelThreshold(Fit(Line, new()), float.NaN), "threshold is NaN; it must be a number. (Parameter 'threshold')");
        Refused<ArgumentOutOfRangeException>(
            () => Fit(Line, new() { FeatureColumnName = "Nope" }), "Could not find the feature column 'Nope' in the input schema. (Parameter 'inputSchema')");
        Refused<InvalidOperationException>(() => Fit(Ml.Data.SkipRows(Line, 9), new()), "The data has no rows.");
        Refused<InvalidOperationException>(
            () => Fit(At(1), new()),
            "Contamination is 0.01, and none of the 1 rows has another row as its neighbour to find a threshold by: add rows, or set Threshold.");
        Assert.That(Flags(Fit(At(1), new() { Threshold = 1 }), 2.5f), Is.EqualTo(new[] { true }), "one row is enough for a threshold that is given");
    }

    private static KNearestNeighborsAnomalyTransformer Fit(IDataView data, KNearestNeighborsAnomalyTrainer.Options options) =>
        Ml.AnomalyDetection.Trainers.KNearestNeighbors(options).Fit(data);

    private static bool[] Flags(KNearestNeighborsAnomalyTransformer model, params float[] values) =>
        Examples.Column<bool>(model.Transform(At(values)), "PredictedLabel");

    private static IDataView At(params float[] values) => Ml.Data.LoadFromEnumerable(values.Select(v => Row("", v)));

    private static Example<string> Row(string id, float value)
    {
        var row = Examples.At("", value, 0, 0);
        row.Id = id;
        return row;
    }

    private static void Refused<TException>(Func<object> action, string message)
        where TException : Exception =>
        Assert.That(() => action(), Throws.TypeOf<TException>().With.Message.EqualTo(message));

    private sealed class Digit
    {
        public float Label { get; set; }

        [VectorType(64)]
        public float[] Features { get; set; } = [];
    }
}
