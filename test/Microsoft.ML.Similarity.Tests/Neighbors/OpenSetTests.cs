using Microsoft.ML.Similarity.Neighbors;
using Microsoft.ML.Similarity.Tests.Contract;
using Microsoft.ML.Similarity.Tests.Training;

namespace Microsoft.ML.Similarity.Tests.Neighbors;

/// <summary>Rows of classes that no reference row has are given none.</summary>
public sealed class OpenSetTests
{
    private static readonly MLContext Ml = new(seed: 1);

    // Of three neighbours most are a, wherever the query is.
    private static readonly IDataView Line = Data(("a", 1), ("a", 2), ("b", 3));

    [Test]
    public void The_distance_is_that_of_the_nearest_neighbour_whatever_its_class()
    {
        var output = Fit(Line, new() { NumberOfNeighbors = 3, MaximumDistance = 2 }).Transform(Data(("", 0), ("", 5), ("", float.NaN)));
        Assert.That(Examples.Column<float>(output, "Distance"), Is.EqualTo(new[] { 1f, 2, float.NaN }));
        Assert.That(Examples.Column<uint>(output, "PredictedLabel"), Is.EqualTo(new uint[] { 1, 1, 0 }));
    }

    [Test]
    public void A_row_at_the_largest_distance_is_given_its_class()
    {
        var model = Fit(Line, new() { NumberOfNeighbors = 1 }).RejectUnknown(4);
        Assert.That(Keys(model, 7, 7.001f, -3, -3.001f), Is.EqualTo(new uint[] { 2, 0, 1, 0 }));
        Assert.That((model.MaximumDistance, model.Calibration), Is.EqualTo(((float?)4, (RejectionCalibration?)null)));
    }

    [Test]
    public void Scores_stay_and_without_a_largest_distance_nothing_changes()
    {
        var plain = Fit(Line, new() { NumberOfNeighbors = 3 });
        var rejecting = plain.RejectUnknown(-1);
        var query = Data(("", 0), ("", 9));
        Assert.That(Examples.Vectors<float>(rejecting.Transform(query), "Score"), Is.EqualTo(Examples.Vectors<float>(plain.Transform(query), "Score")));
        Assert.That(Keys(rejecting, 0, 9), Is.All.Zero);
        Assert.That(Keys(plain, 0, 9), Is.All.EqualTo(1));
        Assert.That(plain.Transform(query).Schema.GetColumnOrNull("Distance"), Is.Null);
        Assert.That((plain.MaximumDistance, plain.Calibration), Is.EqualTo(((float?)null, (RejectionCalibration?)null)));
    }

    // Distances with one neighbour: known 1, 2, 3, 4 (the last would be given the wrong class); unknown 3, 6, 7.
    private static readonly IDataView Reference = Data(("a", 0), ("b", 100));
    private static readonly IDataView Validation =
        Data(("a", 1), ("a", 2), ("b", 97), ("b", 4), ("c", 3), ("", 106), ("c", 107), ("a", float.NaN));

    [TestCase(0, 4f, 0, 3, 1)]
    [TestCase(0.24, 4f, 0, 3, 1)]
    [TestCase(0.25, 3f, 1, 3, 1)]
    [TestCase(0.5, 2f, 2, 2, 0)]
    [TestCase(1, float.NegativeInfinity, 4, 0, 0)]
    public void A_rate_of_known_rows_may_be_rejected(double rate, float distance, int rejected, int correct, int accepted)
    {
        var model = Fit(Reference, new() { NumberOfNeighbors = 1 }).RejectUnknown(Validation, rate);
        Assert.That(model.MaximumDistance, Is.EqualTo(distance));
        Assert.That(model.Calibration, Is.EqualTo(new RejectionCalibration(4, rejected, correct, 3, accepted, SkippedCount: 1)));
    }

    [TestCase(0, 3f, 2, 2, 0)]
    [TestCase(0.34, 6f, 0, 3, 1)]
    [TestCase(0.67, 7f, 0, 3, 2)]
    public void A_rate_of_unknown_rows_may_be_accepted(double rate, float below, int rejected, int correct, int accepted)
    {
        var model = Fit(Reference, new() { NumberOfNeighbors = 1 }).RejectUnknown(Validation, falseAcceptRate: rate);
        Assert.That(model.MaximumDistance, Is.EqualTo(MathF.BitDecrement(below)));
        Assert.That(model.Calibration, Is.EqualTo(new RejectionCalibration(4, rejected, correct, 3, accepted, SkippedCount: 1)));
    }

    [Test]
    public void All_unknown_rows_may_be_accepted() =>
        Assert.That(Fit(Reference, new() { NumberOfNeighbors = 1 }).RejectUnknown(Validation, falseAcceptRate: 1).MaximumDistance, Is.EqualTo(float.MaxValue));

    [Test]
    public void The_calibration_tells_its_rates()
    {
        var calibration = new RejectionCalibration(4, 1, 2, 5, 2, 0);
        Assert.That((calibration.FalseRejectRate, calibration.CorrectRate, calibration.FalseAcceptRate), Is.EqualTo((0.25, 0.5, 0.4)));
        Assert.That(calibration.ToString(), Is.EqualTo("FRR 0.2500 (1 of 4), right 0.5000, FAR 0.4000 (2 of 5)"));
    }

    [Test]
    public void A_class_is_known_by_its_rows_and_its_value_not_by_its_key()
    {
        // The reference rows' keys count c, of which there is no row; the validation rows' keys are others.
        var keys = Ml.Data.LoadFromEnumerable(new[] { new Key { Label = "c" }, new Key { Label = "b" }, new Key { Label = "a" } });
        var reference = Ml.Transforms.Conversion.MapValueToKey("Label", keyData: keys).Fit(Reference).Transform(Reference);
        var validation = Ml.Transforms.Conversion.MapValueToKey("Label").Fit(Validation).Transform(Validation);
        var model = Fit(reference, new() { NumberOfNeighbors = 1 }).RejectUnknown(validation, 0);
        Assert.That(model.Calibration, Is.EqualTo(new RejectionCalibration(4, 0, 3, 3, 1, 1)));
    }

    [Test]
    public void Known_rows_alone_are_enough_and_rows_added_keep_the_distance()
    {
        var model = Fit(Reference, new() { NumberOfNeighbors = 1 }).RejectUnknown(Data(("a", 1), ("b", 98)), 0);
        Assert.That(model.Calibration!.FalseAcceptRate, Is.NaN);
        var more = model.AddRows(Data(("c", 50)));
        Assert.That((more.MaximumDistance, more.Calibration), Is.EqualTo(((float?)2, (RejectionCalibration?)null)));
        Assert.That(Keys(more, 51, 53), Is.EqualTo(new uint[] { 3, 0 }));
    }

    [Test]
    public void Rows_removed_keep_the_distance_and_a_class_without_rows_is_unknown()
    {
        var rows = new[] { Named("1", "a", 0), Named("2", "b", 100) };
        var model = Fit(Ml.Data.LoadFromEnumerable(rows), new() { NumberOfNeighbors = 1, RowIdColumnName = "Id" }).RejectUnknown(Validation, 0);
        Assert.That(model.Calibration!.KnownCount, Is.EqualTo(4));
        var less = model.RemoveRows(Ml.Data.LoadFromEnumerable(rows[1..]));
        Assert.That((less.MaximumDistance, less.Calibration), Is.EqualTo((model.MaximumDistance, (RejectionCalibration?)null)));
        Assert.That(less.RejectUnknown(Validation, 0).Calibration, Is.EqualTo(new RejectionCalibration(2, 0, 2, 5, 0, 1)));
    }

    [Test]
    public void It_keeps_the_contract()
    {
        var data = Ml.Data.LoadFromEnumerable(Examples.Clusters(c => $"class {c}"));
        EstimatorContract.Check(
            Ml,
            Ml.MulticlassClassification.Trainers.KNearestNeighbors(new KNearestNeighborsMulticlassTrainer.Options { NumberOfNeighbors = 3, MaximumDistance = 0.5f }),
            data,
            transformOnly: Ml.Transforms.DropColumns("Label").Fit(data).Transform(data),
            invalid: Ml.Transforms.DropColumns("Features").Fit(data).Transform(data));
        var model = Fit(data, new()).RejectUnknown(data, falseAcceptRate: null, falseRejectRate: 1);
        var loaded = (KNearestNeighborsMulticlassTransformer)EstimatorContract.SaveAndLoad(Ml, model, data.Schema, out _);
        Assert.That((loaded.MaximumDistance, loaded.Calibration), Is.EqualTo((model.MaximumDistance, model.Calibration)));
    }

    /// <summary>
    /// The classes 0 to 4 are known. The largest distance is found on one third of their rows, at a wanted rate of 0.05, and holds for another third;
    /// no row of the classes 5 to 9 takes part.
    /// </summary>
    [Test]
    public void Digits_of_classes_never_seen_are_rejected()
    {
        var known = TrainingData.Digits.Where(row => row.Label[0] < '5').ToArray();
        var unknown = TrainingData.Digits.Where(row => row.Label[0] >= '5').ToArray();
        var model = Ml.MulticlassClassification.Trainers.KNearestNeighbors().Fit(Third(known, 0)).RejectUnknown(Third(known, 1), falseRejectRate: 0.05);
        Assert.That(model.Calibration!.FalseRejectRate, Is.InRange(0.04, 0.05));

        var test = Third(known, 2);
        var (accepted, all) = (Predicted(model.Transform(test)), Predicted(model.RejectUnknown(float.PositiveInfinity).Transform(test)));
        Assert.That(accepted.Average(key => key == 0 ? 1d : 0), Is.InRange(0.02, 0.08));
        Assert.That(Predicted(model.Transform(TrainingData.View(Ml, unknown))).Average(key => key == 0 ? 1d : 0), Is.GreaterThan(0.9));
        Assert.That(accepted.Zip(all).Where(keys => keys.First != 0).All(keys => keys.First == keys.Second), "those accepted keep their class");
    }

    [Test]
    public void The_multiclass_evaluator_goes_by_the_scores()
    {
        var rows = TrainingData.View(Ml, [.. TrainingData.Digits.Where(row => row.Label[0] < '5')]);
        var data = Ml.Transforms.Conversion.MapValueToKey("Label").Fit(rows).Transform(rows);
        var model = Fit(data, new());
        var expected = Ml.MulticlassClassification.Evaluate(model.Transform(data));
        var metrics = Ml.MulticlassClassification.Evaluate(model.RejectUnknown(20).Transform(data));
        Assert.That((metrics.MicroAccuracy, metrics.LogLoss), Is.EqualTo((expected.MicroAccuracy, expected.LogLoss)));
        Assert.That(metrics.ConfusionMatrix.Counts.Sum(row => row.Sum()), Is.EqualTo(model.Count), "rejected or not");
    }

    [Test]
    public void What_cannot_be_is_refused()
    {
        var model = Fit(Reference, new());
        Refused<ArgumentOutOfRangeException>(
            () => Fit(Line, new() { MaximumDistance = float.NaN }), "MaximumDistance is NaN; it must be a number, or null to give every row a class. (Parameter 'options')");
        Refused<ArgumentOutOfRangeException>(() => model.RejectUnknown(float.NaN), "maximumDistance is NaN; it must be a number. (Parameter 'maximumDistance')");
        Refused<ArgumentOutOfRangeException>(() => model.RejectUnknown(Validation, -0.5), "falseRejectRate is -0.5; it must be from 0 to 1. (Parameter 'falseRejectRate')");
        Refused<ArgumentOutOfRangeException>(
            () => model.RejectUnknown(Validation, falseAcceptRate: double.NaN), "falseAcceptRate is NaN; it must be from 0 to 1. (Parameter 'falseAcceptRate')");
        Refused<ArgumentOutOfRangeException>(
            () => model.RejectUnknown(Ml.Transforms.DropColumns("Label").Fit(Validation).Transform(Validation)), "Could not find the label column 'Label' in the input schema. (Parameter 'inputSchema')");
        Refused<ArgumentOutOfRangeException>(
            () => model.RejectUnknown(Ml.Data.LoadFromEnumerable(new[] { Examples.At(7, 0, 0, 0) })),
            "Schema mismatch for label column 'Label': expected labels of the same kind as before (Text), got Int32 (Integer). (Parameter 'inputSchema')");
        Refused<InvalidOperationException>(
            () => model.RejectUnknown(Data(("c", 1), ("", 2))), "A false-reject rate needs validation rows of classes that the reference rows have; none of the 2 rows is.");
        Refused<InvalidOperationException>(
            () => model.RejectUnknown(Data(("a", 1)), falseAcceptRate: 0.1), "A false-accept rate needs validation rows of classes that no reference row has; all 1 rows are of known ones.");
    }

    private static IDataView Third(LabelledRow[] rows, int part) => TrainingData.View(Ml, [.. rows.Where((_, i) => i % 3 == part)]);

    private static KNearestNeighborsMulticlassTransformer Fit(IDataView data, KNearestNeighborsMulticlassTrainer.Options options) =>
        Ml.MulticlassClassification.Trainers.KNearestNeighbors(options).Fit(data);

    private static uint[] Keys(KNearestNeighborsMulticlassTransformer model, params float[] values) =>
        Predicted(model.Transform(Data([.. values.Select(v => ("", v))])));

    private static uint[] Predicted(IDataView output) => Examples.Column<uint>(output, "PredictedLabel");

    private static IDataView Data(params (string Label, float Value)[] rows) =>
        Ml.Data.LoadFromEnumerable(rows.Select(row => Examples.At(row.Label, row.Value, 0, 0)));

    private static Example<string> Named(string id, string label, float value)
    {
        var row = Examples.At(label, value, 0, 0);
        row.Id = id;
        return row;
    }

    private static void Refused<TException>(Func<object> action, string message)
        where TException : Exception =>
        Assert.That(() => action(), Throws.TypeOf<TException>().With.Message.EqualTo(message));

    private sealed class Key
    {
        public string Label { get; set; } = "";
    }
}
