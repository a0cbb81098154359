using Microsoft.ML.Similarity.Losses;
using Microsoft.ML.Similarity.Trainers;

namespace Microsoft.ML.Similarity.Tests.Training;

public sealed class ExampleWeightTests
{
    private static readonly MLContext Ml = new();

    [Test]
    public void Equal_weights_change_nothing()
    {
        var rows = TrainingData.Blobs();
        var expected = Fast.WeightBits(Fast.Fit(Ml, TrainingData.View(Ml, rows)));
        Assert.That(Fast.WeightBits(Fast.Fit(Ml, TrainingData.View(Ml, rows), Weighted)), Is.EqualTo(expected));
    }

    [Test]
    public void Rows_of_weight_0_are_absent_as_anchors()
    {
        // All anchors that count have no loss: a and b lie apart already. Only the rows of weight 0 would have one.
        LabelledRow[] rows =
        [
            TrainingData.Row("a", 1, 0), TrainingData.Row("a", 1, 0), TrainingData.Row("b", -1, 0), TrainingData.Row("b", -1, 0),
            Silent("c", 0, 1), Silent("c", 0, -1),
        ];
        var learned = Run(rows, o => o.ExampleWeightColumnName = "Weight");
        Assert.That(learned.Loss, Is.Zero);
        Assert.That(Run(rows, _ => { }).Loss, Is.GreaterThan(0.5), "with equal weights they count");

        LabelledRow Silent(string label, params float[] features)
        {
            var row = TrainingData.Row(label, features);
            row.Weight = 0;
            return row;
        }

        Similarity.Training.EpochSummary Run(LabelledRow[] all, Action<MetricLearningTrainer.Options> change) => Fast.Fit(Ml, TrainingData.View(Ml, all), o =>
        {
            o.Encoder = new Similarity.Encoders.LinearEncoder { OutputDimension = 2, StandardizeInputs = false };
            o.Loss = new ContrastiveLoss { NegativeMargin = 0.01 };
            o.MaximumNumberOfEpochs = 1;
            o.ValidationFraction = 0;
            change(o);
        }).Summary.Epochs[0];
    }

    [TestCase(-1f, "-1")]
    [TestCase(float.NaN, "NaN")]
    [TestCase(float.PositiveInfinity, "Infinity")]
    public void A_weight_must_be_finite_and_not_negative(float weight, string shown)
    {
        var rows = TrainingData.Blobs();
        rows[5].Weight = weight;
        Assert.That(() => Fast.Fit(Ml, TrainingData.View(Ml, rows), Weighted), Throws.InvalidOperationException.With.Message.EqualTo(
            $"Column 'Weight' has the weight {shown} in row 5 (counted from 0); a weight must be a finite number of at least 0."));
    }

    [Test]
    public void Weights_must_not_all_be_0()
    {
        var rows = TrainingData.Blobs();
        foreach (var row in rows)
            row.Weight = 0;
        Assert.That(() => Fast.Fit(Ml, TrainingData.View(Ml, rows), Weighted), Throws.InvalidOperationException.With.Message.EqualTo(
            "Column 'Weight' has the weight 0 in every row of the training data, so nothing can be learned."));
    }

    private static void Weighted(MetricLearningTrainer.Options options) => options.ExampleWeightColumnName = "Weight";
}
