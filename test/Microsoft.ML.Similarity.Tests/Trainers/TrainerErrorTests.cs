using Microsoft.ML.Similarity.Encoders;
using Microsoft.ML.Similarity.Miners;
using Microsoft.ML.Similarity.Tests.Training;
using Microsoft.ML.Similarity.Trainers;

namespace Microsoft.ML.Similarity.Tests.Trainers;

public sealed class TrainerErrorTests
{
    private static readonly MLContext Ml = new();
    private static readonly LabelledRow[] Rows = TrainingData.Blobs();
    private static readonly IDataView Data = TrainingData.View(Ml, Rows);

    [Test]
    public void Options_out_of_range_are_refused()
    {
        OutOfRange(o => o.BatchSize = 1, "BatchSize", "1", "BatchSize must be at least 2.");
        OutOfRange(o => o.MaximumNumberOfEpochs = 0, "MaximumNumberOfEpochs", "0", "MaximumNumberOfEpochs must be at least 1.");
        OutOfRange(o => o.EarlyStoppingPatience = 0, "EarlyStoppingPatience", "0", "EarlyStoppingPatience must be at least 1.");
        foreach (var (rate, shown) in new[] { (0, "0"), (-0.5, "-0.5"), (double.NaN, "NaN"), (1e7, "10000000") })
            OutOfRange(o => o.LearningRate = rate, "LearningRate", shown, "LearningRate must be above 0 and at most 1000000.");
        OutOfRange(o => o.LossLearningRateFactor = 0, "LossLearningRateFactor", "0", "LossLearningRateFactor must be above 0 and at most 1000000.");
        foreach (var (fraction, shown) in new[] { (-0.1, "-0.1"), (1, "1"), (double.NaN, "NaN") })
        {
            OutOfRange(o => o.WarmUpFraction = fraction, "WarmUpFraction", shown, "WarmUpFraction must be at least 0 and less than 1.");
            OutOfRange(o => o.ValidationFraction = fraction, "ValidationFraction", shown, "ValidationFraction must be at least 0 and less than 1.");
        }
        foreach (var (norm, shown) in new[] { (0, "0"), (-1, "-1"), (double.NaN, "NaN"), (double.PositiveInfinity, "Infinity") })
            OutOfRange(o => o.MaximumGradientNorm = norm, "MaximumGradientNorm", shown, "MaximumGradientNorm must be a finite number above 0.");
        OutOfRange(o => o.GradientAccumulationSteps = 0, "GradientAccumulationSteps", "0", "GradientAccumulationSteps must be at least 1.");
    }

    [Test]
    public void Options_that_must_be_given_are_named()
    {
        Missing(o => o.OutputColumnName = "", "OutputColumnName");
        Missing(o => o.LabelColumnName = "", "LabelColumnName");
        Missing(o => o.FeatureColumnName = null!, "FeatureColumnName");
        Missing(o => o.Encoder = null!, "Encoder");
        Missing(o => o.Loss = null!, "Loss");
        Missing(o => o.Sampler = null!, "Sampler");
        Missing(o => o.Optimizer = null!, "Optimizer");
        Missing(o => o.LearningRateSchedule = null!, "LearningRateSchedule");

        static void Missing(Action<MetricLearningTrainer.Options> change, string name) => Assert.That(
            () => Ml.Similarity.Trainers.MetricLearning(Fast.Options(change)),
            Throws.InstanceOf<ArgumentException>().With.Property("ParamName").EqualTo(name));
    }

    [Test]
    public void Arguments_of_the_short_forms_are_refused()
    {
        Refused(() => Ml.Similarity.Trainers.Triplet(margin: -0.5), "Margin", "-0.5");
        Refused(() => Ml.Similarity.Trainers.Triplet(margin: double.NaN, mining: TripletMining.SemiHard), "Margin", "NaN");
        Refused(() => Ml.Similarity.Trainers.Contrastive(negativeMargin: -1), "NegativeMargin", "-1");
        Refused(() => Ml.Similarity.Trainers.Contrastive(positiveMargin: double.PositiveInfinity), "PositiveMargin", "Infinity");
        Assert.That(
            () => Ml.Similarity.Trainers.Triplet(mining: (TripletMining)9),
            Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.EqualTo(
                $"mining must be All, SemiHard or BatchHard. (Parameter 'mining'){Environment.NewLine}Actual value was 9."));

        static void Refused(Func<object> make, string name, string value) => Assert.That(
            () => make(),
            Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.StartsWith($"{name} must be ").And.Message.Contains($"Actual value was {value}."));
    }

    [Test]
    public void Options_are_copied_when_a_trainer_is_made()
    {
        var options = Fast.Options();
        var trainer = Ml.Similarity.Trainers.MetricLearning(options);
        options.OutputColumnName = "Other";
        options.MaximumNumberOfEpochs = 1;
        var model = trainer.Fit(Data);
        Assert.That((model.OutputColumnName, model.Summary.Epochs.Count), Is.EqualTo(("Embedding", 3)));
    }

    [Test]
    public void Columns_missing_or_of_another_type_are_refused()
    {
        Column(o => o.LabelColumnName = "Nope", "Could not find the label column 'Nope' in the input schema.");
        Column(o => o.LabelColumnName = "Weight", "Schema mismatch for label column 'Weight': expected Key, String, an integer type or Boolean, got Single.");
        Column(o => o.LabelColumnName = "Features", "Schema mismatch for label column 'Features': expected Key, String, an integer type or Boolean, got Vector<Single>.");
        Column(o => o.FeatureColumnName = "Nope", "Could not find the feature column 'Nope' in the input schema.");
        Column(o => o.FeatureColumnName = "Weight", "Schema mismatch for feature column 'Weight': expected Vector<Single>, got Single.");
        Column(o => o.ExampleWeightColumnName = "Nope", "Could not find the example weight column 'Nope' in the input schema.");
        Column(o => o.ExampleWeightColumnName = "Label", "Schema mismatch for example weight column 'Label': expected Single, got String.");

        static void Column(Action<MetricLearningTrainer.Options> change, string message) => Assert.That(
            () => Fast.Fit(Ml, Data, change), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.StartsWith(message));
    }

    [Test]
    public void Another_dimension_is_refused()
    {
        const string message = "Schema mismatch for feature column 'Features': expected Vector<Single, 6>, got Vector<Single, 5>.";
        var narrow = TrainingData.View(Ml, TrainingData.Blobs(dimension: 5));
        var trainer = Ml.Similarity.Trainers.MetricLearning(Fast.Options());
        Assert.That(() => trainer.Fit(Data, narrow), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.StartsWith(message));
        Assert.That(() => trainer.Fit(Data).Transform(narrow), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.StartsWith(message));
        Assert.That(() => trainer.Fit(Data).GetOutputSchema(narrow.Schema), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.StartsWith(message));
    }

    [Test]
    public void Data_that_teaches_nothing_is_refused()
    {
        Refused("Column 'Label' has only one class in the training data; at least two are needed to learn what is different.",
            TrainingData.Row("a", 1), TrainingData.Row("a", 2), TrainingData.Row("a", 3));
        Refused("Every class in column 'Label' has a single row in the training data; at least one class needs two rows to learn what is alike.",
            TrainingData.Row("a", 1), TrainingData.Row("b", 2), TrainingData.Row("c", 3));
        Refused("None of the 2 rows of the training data has a label in column 'Label'.", TrainingData.Row("", 1), TrainingData.Row("", 2));
        Assert.That(() => Fast.Fit(Ml, TrainingData.View(Ml, [], dimension: 2)),
            Throws.InvalidOperationException.With.Message.EqualTo("The training data has no rows."));
        Assert.That(() => Ml.Similarity.Trainers.MetricLearning(Fast.Options()).Fit(Data, TrainingData.View(Ml, [Rows[0], Rows[1]], dimension: 6)),
            Throws.InvalidOperationException.With.Message.EqualTo(
                "No class of the validation data has two rows in column 'Label', so nothing can be measured. Give other rows, or train without validation."));
    }

    [TestCase(float.NaN, "NaN")]
    [TestCase(float.NegativeInfinity, "-Infinity")]
    public void A_feature_that_is_not_finite_is_refused_with_its_place(float value, string shown)
    {
        var rows = TrainingData.Blobs();
        rows[7].Features[4] = value;
        Refused($"Column 'Features' has the value {shown} in row 7 (counted from 0), slot 4; every feature must be a finite number. "
            + "Replace or filter such rows first, for instance with ReplaceMissingValues or FilterRowsByMissingValues.", rows);
    }

    [Test]
    public void A_class_with_one_row_takes_part()
    {
        var summary = Fast.Fit(Ml, TrainingData.View(Ml, [.. Rows, TrainingData.Row("single", 1, 2, 3, 4, 5, 6)])).Summary;
        Assert.That((summary.TrainingClasses, summary.TrainingRows + summary.ValidationRows), Is.EqualTo((5, Rows.Length + 1)));
        Assert.That(() => Fast.Fit(Ml, TrainingData.View(Ml, TrainingData.Row("a", 1), TrainingData.Row("a", 2), TrainingData.Row("b", 3))), Throws.Nothing);
    }

    [Test]
    public void Rows_without_a_label_are_left_out_with_a_warning()
    {
        var lines = new List<string>();
        var ml = new MLContext();
        ml.Log += (_, e) => lines.Add(e.Message);
        var model = Fast.Fit(ml, TrainingData.View(ml, [TrainingData.Row("", 1, 2, 3, 4, 5, float.NaN), .. Rows, TrainingData.Row("", 1, 2, 3, 4, 5, 6)]));
        Assert.That(lines, Has.Exactly(1).Contains("2 rows without a label in column 'Label' were left out."));
        Assert.That(Fast.WeightBits(model), Is.EqualTo(Fast.WeightBits(Fast.Fit(ml, Data))));
    }

    // In double precision the mean of equal numbers is not quite the number: what is left over must not become a feature.
    [Test]
    public void A_feature_that_does_not_vary_is_harmless([Values(0.1f, 1000f, 1e-40f)] float constant)
    {
        var rows = TrainingData.Blobs(rowsPerClass: 100);
        foreach (var row in rows)
            row.Features[2] = constant;
        var data = TrainingData.View(Ml, rows);
        var model = Fast.Fit(Ml, data, o => o.Encoder = new LinearEncoder { OutputDimension = 3, L2Normalize = false });
        Assert.That(model.Model.Weights.Get("input_deviation", 6)[2], Is.EqualTo(1));
        Assert.That(model.Summary.ValidationRows, Is.GreaterThan(0));
        Assert.That(Ml.Similarity.EvaluateRetrieval(model.Transform(data), "Label", "Embedding").PrecisionAt1, Is.GreaterThan(0.8));
    }

    private static void OutOfRange(Action<MetricLearningTrainer.Options> change, string name, string value, string message) => Assert.That(
        () => Ml.Similarity.Trainers.MetricLearning(Fast.Options(change)),
        Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.EqualTo($"{message} (Parameter '{name}'){Environment.NewLine}Actual value was {value}."));

    private static void Refused(string message, params LabelledRow[] rows) => Assert.That(
        () => Fast.Fit(Ml, TrainingData.View(Ml, rows)), Throws.InvalidOperationException.With.Message.EqualTo(message));
}
