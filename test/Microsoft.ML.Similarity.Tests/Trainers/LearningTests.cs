using Microsoft.ML.Similarity.Miners;
using Microsoft.ML.Similarity.Tests.Training;
using Microsoft.ML.Similarity.Trainers;

namespace Microsoft.ML.Similarity.Tests.Trainers;

/// <summary>On real handwritten digits.</summary>
public sealed class LearningTests
{
    private static readonly MLContext Ml = new(seed: 1);
    private static readonly LabelledRow[] Trained = [.. TrainingData.Digits.Where(row => row.Label[0] <= '6')];
    private static readonly IDataView Training = TrainingData.View(Ml, [.. Trained.Where((_, i) => i % 3 != 0)]);
    private static readonly IDataView HeldOut = TrainingData.View(Ml, [.. Trained.Where((_, i) => i % 3 == 0)]);
    private static readonly IDataView OtherDigits = TrainingData.View(Ml, [.. TrainingData.Digits.Where(row => row.Label[0] > '6')]);
    private static readonly double Raw = Ml.Similarity.EvaluateRetrieval(HeldOut, "Label", "Features").MeanAveragePrecisionAtR;

    [Test]
    public void The_general_trainer_learns() => Learns(Ml.Similarity.Trainers.MetricLearning());

    [Test]
    public void Contrastive_learns() => Learns(Ml.Similarity.Trainers.Contrastive());

    [Test]
    public void Triplet_learns_with_each_mining([Values] TripletMining mining) => Learns(Ml.Similarity.Trainers.Triplet(mining: mining));

    [Test]
    public void Triplet_learns_with_a_soft_margin() => Learns(Ml.Similarity.Trainers.Triplet(margin: 0, softMargin: true));

    [Test]
    public void More_epochs_make_it_better()
    {
        var model = Ml.Similarity.Trainers.MetricLearning(new() { MaximumNumberOfEpochs = 80, EarlyStoppingPatience = 80 }).Fit(Training);
        Assert.That(Ml.Similarity.EvaluateRetrieval(model.Transform(HeldOut), "Label", "Embedding").MeanAveragePrecisionAtR, Is.GreaterThan(0.9));
    }

    [Test]
    public void Validation_may_be_on_other_classes()
    {
        var model = Ml.Similarity.Trainers.Triplet().Fit(Training, OtherDigits);
        var summary = model.Summary;
        Assert.That(summary.ValidationRows, Is.EqualTo(TrainingData.Digits.Count(row => row.Label[0] > '6')));
        Assert.That(summary.TrainingRows, Is.EqualTo(Trained.Where((_, i) => i % 3 != 0).Count()), "nothing is held out");
        var measured = Ml.Similarity.EvaluateRetrieval(model.Transform(OtherDigits), "Label", "Embedding").MeanAveragePrecisionAtR;
        Assert.That(measured, Is.EqualTo(summary.Epochs[summary.BestEpoch - 1].ValidationMetric).Within(1e-4));
    }

    private static void Learns(MetricLearningTrainer trainer)
    {
        var model = trainer.Fit(Training);
        var learned = Ml.Similarity.EvaluateRetrieval(model.Transform(HeldOut), "Label", "Embedding").MeanAveragePrecisionAtR;
        Assert.That(learned, Is.GreaterThan(Raw + 0.1));
        Assert.That(model.Summary.TrainingClasses, Is.EqualTo(7));
    }
}
