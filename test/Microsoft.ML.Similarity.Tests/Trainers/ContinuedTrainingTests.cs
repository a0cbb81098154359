using Microsoft.ML.Similarity.Embedding;
using Microsoft.ML.Similarity.Encoders;
using Microsoft.ML.Similarity.Losses;
using Microsoft.ML.Similarity.Tests.Contract;
using Microsoft.ML.Similarity.Tests.Training;
using Microsoft.ML.Similarity.Trainers;
using Microsoft.ML.Similarity.Training.Optimization;

namespace Microsoft.ML.Similarity.Tests.Trainers;

public sealed class ContinuedTrainingTests
{
    // Too small a rate for any weight to move.
    private const double Still = 1e-15;

    private static readonly LabelledRow[] Rows = TrainingData.Blobs(classes: 6, rowsPerClass: 20);
    private static readonly MLContext Ml = new(seed: 1);
    private static readonly IDataView All = TrainingData.View(Ml, Rows);
    private static readonly IDataView Known = TrainingData.View(Ml, [.. Of("0123")]);

    // Of classes in another order, and other rows: another mean and deviation, too.
    private static readonly IDataView New = TrainingData.View(Ml, [.. Of("5423").Reverse().Select(row =>
        new LabelledRow { Label = row.Label, Features = Array.ConvertAll(row.Features, value => 3 * value + 1) })]);

    [Test]
    public void It_begins_where_the_model_ended([Values] bool withValidationData)
    {
        var first = Fast.Fit(Ml, Known);
        var trainer = Ml.Similarity.Trainers.MetricLearning(Fast.Options(o => o.LearningRate = Still));
        var next = withValidationData ? trainer.Fit(New, Known, first.Model) : trainer.Fit(New, first.Model);
        Assert.That(Fast.WeightBits(next), Is.EqualTo(Fast.WeightBits(first)));
        Assert.That(next.Summary.ValidationRows, withValidationData ? Is.EqualTo(80) : Is.InRange(1, 40));
        Assert.That(Fast.WeightBits(Fast.Fit(Ml, New, o => o.LearningRate = Still)), Is.Not.EqualTo(Fast.WeightBits(first)));
    }

    // Handwritten digits 0 to 4, then other rows of 0 to 6.
    [TestCase(typeof(ContrastiveLoss))]
    [TestCase(typeof(ProxyAnchorLoss))]
    public void It_begins_better_than_a_new_training(Type type)
    {
        Action<MetricLearningTrainer.Options> options = o => (o.Loss, o.MaximumNumberOfEpochs, o.BatchSize) = ((Loss)Activator.CreateInstance(type)!, 8, 64);
        LabelledRow[] rows = [.. TrainingData.Digits.Where(row => row.Label[0] <= '6').Take(1500)];
        var first = Fast.Fit(Ml, TrainingData.View(Ml, [.. rows.Take(500).Where(row => row.Label[0] <= '4')]), options);
        var (data, validation) = (TrainingData.View(Ml, rows[500..1000]), TrainingData.View(Ml, rows[1000..]));
        var trainer = Ml.Similarity.Trainers.MetricLearning(Fast.Options(options));
        var next = trainer.Fit(data, validation, first.Model).Summary.Epochs;
        var anew = trainer.Fit(data, validation).Summary.Epochs;
        TestContext.Out.WriteLine(
            $"loss {next[0].Loss:F3} then {next[^1].Loss:F3}, anew {anew[0].Loss:F3} then {anew[^1].Loss:F3}; "
            + $"MAP@R {next[0].ValidationMetric:F3} then {next[^1].ValidationMetric:F3}, anew {anew[0].ValidationMetric:F3} then {anew[^1].ValidationMetric:F3}");
        Assert.That(next[0].Loss, Is.LessThan(0.95 * anew[0].Loss));
        Assert.That(next[0].ValidationMetric, Is.GreaterThan(anew[0].ValidationMetric!.Value + 0.05));
        Assert.That(next[^1].ValidationMetric, Is.GreaterThan(next[0].ValidationMetric!.Value).And.GreaterThan(anew[^1].ValidationMetric!.Value));
    }

    [Test]
    public void The_model_given_does_not_change_and_one_that_was_saved_does_as_well()
    {
        var first = Fast.Fit(Ml, Known, o => o.Loss = new ProxyAnchorLoss());
        var before = Fast.WeightBits(first);
        var loaded = (EmbeddingTransformer)EstimatorContract.SaveAndLoad(Ml, first, Known.Schema, out _);
        var trainer = Ml.Similarity.Trainers.MetricLearning(Fast.Options(o => o.Loss = new ProxyAnchorLoss()));
        var (next, ofLoaded) = (trainer.Fit(New, first.Model), trainer.Fit(New, loaded.Model));
        Assert.That(Fast.WeightBits(ofLoaded), Is.EqualTo(Fast.WeightBits(next)));
        Assert.That(ofLoaded.Model.LossState!.GetValues("weights"), Is.EqualTo(next.Model.LossState!.GetValues("weights")));
        Assert.That(Fast.WeightBits(first), Is.EqualTo(before).And.Not.EqualTo(Fast.WeightBits(next)));
    }

    [Test]
    public void A_truncated_model_is_one_of_fewer_values()
    {
        var small = Fast.Fit(Ml, Known, o => o.Loss = new ArcFaceLoss()).Truncate(2);
        Refused(small.Model, _ => { }, "its OutputDimension is 4, the model's 2");
        var next = Continue(small.Model, New, o =>
        {
            (o.Loss, o.LearningRate) = (new ArcFaceLoss(), Still);
            o.Encoder = o.Encoder with { OutputDimension = 2 };
        });
        Assert.That(Fast.WeightBits(next), Is.EqualTo(Fast.WeightBits(small)));
        Assert.That(next.Model.LossState!.Classes, Has.Count.EqualTo(4), "its loss begins anew");
    }

    [Test]
    public void Encoders_that_differ_are_refused()
    {
        var model = Fast.Fit(Ml, Known).Model;
        Refused(model, o => o.Encoder = new LinearEncoder { OutputDimension = 4 }, "it is a LinearEncoder, the model's a MlpEncoder");
        Refused(model, o => o.Encoder = new MlpEncoder { OutputDimension = 4, HiddenWidths = [16] }, "its HiddenWidths is [16], the model's [8]");
        Refused(model, o => o.Encoder = o.Encoder with { OutputDimension = 5, L2Normalize = false }, "its OutputDimension is 5, the model's 4; its L2Normalize is false, the model's true");
        Assert.That(() => Continue(null!, New), Throws.ArgumentNullException.With.Property("ParamName").EqualTo("previousModel"));
    }

    [Test]
    public void Features_of_another_size_are_refused() => Assert.That(
        () => Continue(Fast.Fit(Ml, Known).Model, TrainingData.View(Ml, TrainingData.Blobs(dimension: 5))),
        Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.StartsWith("Schema mismatch for feature column 'Features': expected Vector<Single, 6>, got Vector<Single, 5>."));

    // Batch normalisation's running statistics are part of where it begins; those of the inputs stay.
    [Test]
    public void Statistics_of_the_inputs_stay()
    {
        Action<MetricLearningTrainer.Options> options = o => o.Encoder = new MlpEncoder { OutputDimension = 4, HiddenWidths = [8], BatchNorm = true };
        var first = Fast.Fit(Ml, Known, options);
        var next = Weights(Continue(first.Model, New, options));
        var before = Weights(first);
        string[] same = [.. before.Keys.Where(name => next[name].SequenceEqual(before[name]))];
        Assert.That(same, Is.EquivalentTo(new[] { "input_mean", "input_deviation" }));
    }

    [Test]
    public void Classes_can_be_learned_while_the_encoder_is_frozen()
    {
        var first = Fast.Fit(Ml, Known, o => o.Loss = new ProxyAnchorLoss());
        var next = Continue(first.Model, All, o =>
        {
            o.Loss = new ProxyAnchorLoss();
            o.ParameterRules = [new() { Prefix = "", LearningRateFactor = 0 }, new() { Prefix = "loss." }];
            o.ValidationFraction = 0;
        });
        Assert.That(Fast.WeightBits(next), Is.EqualTo(Fast.WeightBits(first)));
        Assert.That(next.Model.LossState!.Classes, Has.Count.EqualTo(6));
        Assert.That(next.Model.LossState.GetValues("weights")[..16], Is.Not.EqualTo(first.Model.LossState!.GetValues("weights")));
    }

    // Averages begin with the weights, too.
    [Test]
    public void Averaged_weights_begin_there_too()
    {
        var first = Fast.Fit(Ml, Known);
        var next = Continue(first.Model, New, o => (o.LearningRate, o.WeightAveraging) = (Still, new ExponentialMovingAverage()));
        Assert.That(Fast.WeightBits(next), Is.EqualTo(Fast.WeightBits(first)));
    }

    [Test]
    public void The_log_says_so()
    {
        var file = Path.Combine(Path.GetTempPath(), $"similarity-{Guid.NewGuid():N}.jsonl");
        var lines = new List<string>();
        var ml = new MLContext(seed: 1);
        var first = Fast.Fit(ml, Known, o => o.LogFile = file);
        ml.Log += (_, e) => lines.Add(e.Message);
        ml.Similarity.Trainers.MetricLearning(Fast.Options(o => o.LogFile = file)).Fit(New, first.Model);
        var written = File.ReadAllText(file);
        File.Delete(file);
        Assert.That(lines, Has.Exactly(1).EndsWith("Training continues from a previous model: with its weights, and the statistics by which it standardises its inputs."));
        Assert.That(written.Split('\n').Where(line => line.Contains("\"start\"", StringComparison.Ordinal)).Select(line => line[line.IndexOf("\"continues", StringComparison.Ordinal)..]),
            Is.EqualTo(new[] { "\"continues\":false}", "\"continues\":true}" }));
    }

    private static void Refused(EmbeddingModel model, Action<MetricLearningTrainer.Options> change, string difference) => Assert.That(
        () => Continue(model, New, change),
        Throws.ArgumentException.With.Message.EqualTo($"Encoder must be that of the previous model, previousModel.Encoder; {difference}. (Parameter 'previousModel')"));

    private static EmbeddingTransformer Continue(EmbeddingModel model, IDataView data, Action<MetricLearningTrainer.Options>? change = null) =>
        Ml.Similarity.Trainers.MetricLearning(Fast.Options(change)).Fit(data, model);

    private static IEnumerable<LabelledRow> Of(string classes) => Rows.Where(row => classes.Contains(row.Label[^1], StringComparison.Ordinal));

    private static Dictionary<string, float[]> Weights(EmbeddingTransformer transformer) =>
        transformer.Model.Weights.Entries.ToDictionary(entry => entry.Key, entry => entry.Value.Values);
}
