using Microsoft.ML.Similarity.Encoders;
using Microsoft.ML.Similarity.Training;
using Microsoft.ML.Similarity.Training.Optimization;

namespace Microsoft.ML.Similarity.Tests.Training;

public sealed class EarlyStoppingTests
{
    private static readonly MLContext Ml = new();
    private static readonly IDataView Data = TrainingData.View(Ml, TrainingData.Blobs(classes: 4, rowsPerClass: 10, spread: 1.5f));
    private static readonly IDataView Validation = TrainingData.View(Ml, TrainingData.Blobs(classes: 3, rowsPerClass: 10, spread: 1.5f, seed: 5));

    [Test]
    public void Training_stops_when_the_metric_no_longer_rises_and_the_best_weights_are_kept()
    {
        var trainer = Ml.Similarity.Trainers.MetricLearning(Fast.Options(o =>
        {
            o.MaximumNumberOfEpochs = 100;
            o.EarlyStoppingPatience = 3;
            o.LearningRate = 0.05;
        }));
        var model = trainer.Fit(Data, Validation);
        var summary = model.Summary;
        var metrics = summary.Epochs.Select(e => e.ValidationMetric!.Value).ToArray();
        Assert.That(summary.StopReason, Is.EqualTo(StopReason.EarlyStopping));
        Assert.That(summary.BestEpoch, Is.EqualTo(Array.IndexOf(metrics, metrics.Max()) + 1));
        Assert.That(summary.Epochs, Has.Count.EqualTo(summary.BestEpoch + 3));
        Assert.That(metrics[^1], Is.LessThan(metrics.Max()), "else the last weights would do as well");
        var measured = Ml.Similarity.EvaluateRetrieval(model.Transform(Validation), "Label", "Embedding").MeanAveragePrecisionAtR;
        Assert.That(measured, Is.EqualTo(metrics.Max()).Within(1e-6));
    }

    [Test]
    public void Without_a_validation_fraction_there_is_no_validation([Values] bool explicitNull)
    {
        var trainer = Ml.Similarity.Trainers.MetricLearning(Fast.Options(o => o.ValidationFraction = explicitNull ? 0.5 : 0));
        var summary = (explicitNull ? trainer.Fit(Data, null) : trainer.Fit(Data)).Summary;
        Assert.That(summary.StopReason, Is.EqualTo(StopReason.Completed));
        Assert.That((summary.TrainingRows, summary.ValidationRows), Is.EqualTo((40, 0)));
        Assert.That(summary.Epochs.Select(e => e.ValidationMetric), Is.EqualTo(new double?[3]));
        Assert.That(summary.BestEpoch, Is.EqualTo(3), "without a measure, the last");
    }

    [Test]
    public void A_fraction_is_held_out_by_default()
    {
        var summary = Fast.Fit(Ml, Data).Summary;
        Assert.That((summary.TrainingRows, summary.ValidationRows, summary.TrainingClasses), Is.EqualTo((32, 8, 4)));
        Assert.That(summary.Epochs, Has.All.Matches<EpochSummary>(e => e!.ValidationMetric is >= 0 and <= 1));
    }

    [Test]
    public void Training_that_diverges_keeps_the_weights_from_before()
    {
        var lines = new List<string>();
        var ml = new MLContext();
        ml.Log += (_, e) => lines.Add(e.Message);
        var model = Fast.Fit(ml, Data, o =>
        {
            o.Encoder = new LinearEncoder { OutputDimension = 2, L2Normalize = false };
            o.BatchSize = 1000;
            o.MaximumNumberOfEpochs = 10;
            o.LearningRate = 1e4;
            o.Optimizer = new AdamWOptimizer { WeightDecay = 1 };
            o.WarmUpFraction = 0;
            o.ValidationFraction = 0;
        });
        Assert.That(model.Summary.StopReason, Is.EqualTo(StopReason.Diverged));
        Assert.That(model.Summary.Epochs, Has.Count.EqualTo(model.Summary.BestEpoch));
        Assert.That(Fast.WeightBits(model).Select(BitConverter.Int32BitsToSingle), Is.All.Matches<float>(float.IsFinite));
        Assert.That(lines, Has.Some.Contains($"Training stops with the weights of epoch {model.Summary.BestEpoch}."));
    }

    // Four steps an epoch, each of which multiplies the weights by 10^12: the last one makes them infinite.
    [TestCase(0, 8)]
    [TestCase(0.1, 10)]
    public void Training_that_diverges_at_once_is_an_error(double validationFraction, int rowsPerClass) => Assert.That(
        () => Fast.Fit(Ml, TrainingData.View(Ml, TrainingData.Blobs(rowsPerClass: rowsPerClass)), o =>
        {
            o.Encoder = new LinearEncoder { OutputDimension = 2 };
            o.BatchSize = 8;
            o.LearningRate = 1e6;
            o.Optimizer = new AdamWOptimizer { WeightDecay = 1e6 };
            o.LearningRateSchedule = new ConstantSchedule();
            o.WarmUpFraction = 0;
            o.ValidationFraction = validationFraction;
        }),
        Throws.InvalidOperationException.With.Message.EqualTo(
            "The weights became too large in epoch 1. Lower LearningRate (now 1000000) or scale the features."));

    [Test]
    public void A_loss_that_is_no_number_is_an_error() => Assert.That(
        () => Fast.Fit(Ml, TrainingData.View(Ml, TrainingData.Row("a", 3e38f), TrainingData.Row("a", -3e38f), TrainingData.Row("b", 2e38f)), o =>
            o.Encoder = new LinearEncoder { OutputDimension = 2, StandardizeInputs = false, L2Normalize = false }),
        Throws.InvalidOperationException.With.Message.EqualTo(
            "The loss was not finite in step 1 of epoch 1 (it was the first batch of all). Lower LearningRate (now 0.001) or scale the features."));
}
