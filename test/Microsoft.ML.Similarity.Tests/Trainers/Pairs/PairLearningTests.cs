using Microsoft.ML.Similarity.Encoders;
using Microsoft.ML.Similarity.Losses.Pairs;
using Microsoft.ML.Similarity.Tests.Neighbors;
using Microsoft.ML.Similarity.Tests.Training;
using Microsoft.ML.Similarity.Trainers;

namespace Microsoft.ML.Similarity.Tests.Trainers.Pairs;

/// <summary>On real handwritten digits: pairs of digits, those of the same digit belong together.</summary>
public sealed class PairLearningTests
{
    private static readonly MLContext Ml = new(seed: 1);
    private static readonly LabelledRow[] Training = [.. TrainingData.Digits.Where((_, i) => i % 3 != 0)];
    private static readonly LabelledRow[] HeldOut = [.. TrainingData.Digits.Where((_, i) => i % 3 == 0)];
    private static readonly IDataView HeldOutView = TrainingData.View(Ml, HeldOut);
    private static readonly double Raw = Ml.Similarity.EvaluateRetrieval(HeldOutView, "Label", "Features").MeanAveragePrecisionAtR;

    [Test]
    public void Contrastive_pairs_learn() => Learns(
        Ml.Similarity.Trainers.ContrastivePairs("Left", "Right", "Same"), ExamplePairs.Of(Training, 6000), "ROC-AUC", atLeast: 0.97);

    [Test]
    public void Online_contrastive_pairs_learn() => Learns(
        Ml.Similarity.Trainers.ContrastivePairs(new ContrastivePairsTrainer.Options { LabelColumnName = "Same", Loss = new OnlineContrastivePairLoss() }),
        ExamplePairs.Of(Training, 6000), "ROC-AUC", atLeast: 0.97);

    [Test]
    public void Ranked_pairs_learn() => Learns(
        Ml.Similarity.Trainers.RankedPairs(), ExamplePairs.Matching(Training, 6000), "mean reciprocal rank", atLeast: 0.03);

    [Test]
    public void Ranked_pairs_learn_from_negatives_too() => Learns(
        Ml.Similarity.Trainers.RankedPairs(new RankedPairsTrainer.Options { NegativeColumnNames = ["Negative"] }),
        ExamplePairs.Matching(Training, 6000), "mean reciprocal rank", atLeast: 0.03);

    [Test]
    public void Scored_pairs_learn() => Learns(
        Ml.Similarity.Trainers.ScoredPairs(), ExamplePairs.Of(Training, 6000), "Spearman correlation", atLeast: 0.8);

    [Test]
    public void Scores_taken_as_cosines_learn() => Learns(
        Ml.Similarity.Trainers.ScoredPairs(new ScoredPairsTrainer.Options { Loss = new CosineRegressionLoss() }),
        ExamplePairs.Of(Training, 6000), "Spearman correlation", atLeast: 0.8);

    [Test]
    public void Triplets_learn() => Learns(
        Ml.Similarity.Trainers.Triplets("Left", "Right", "Negative"), ExamplePairs.Matching(Training, 6000), "triplet accuracy", atLeast: 0.97);

    [Test]
    public void A_teacher_is_followed()
    {
        // The teacher compares raw pixels of length 1; an embedding that follows it orders them as the teacher does.
        var rows = ExamplePairs.Matching(Training, 3000);
        foreach (var row in rows)
            row.Margin = Cosine(row.Left, row.Right) - Cosine(row.Left, row.Negative);
        var model = Ml.Similarity.Trainers.Triplets(new TripletsTrainer.Options
        {
            AnchorColumnName = "Left",
            PositiveColumnName = "Right",
            TeacherMarginColumnName = "Margin",
            Loss = new MarginMseLoss(),
        }).Fit(ExamplePairs.View(Ml, rows));
        Assert.That(model.Summary.Epochs[^1].Loss, Is.LessThan(model.Summary.Epochs[0].Loss / 4));
    }

    [Test]
    public void A_single_pair_of_the_user_trains()
    {
        PairRow pair = new() { Left = [1, 0, 0], Right = [0, 1, 0], Negative = [0, 0, 1], Same = true, Score = 1 };
        foreach (var kind in new[] { "ContrastivePairs", "ScoredPairs", "Triplets" })
        {
            // The order of one score cannot be learned; its value can.
            var model = kind == "ScoredPairs"
                ? Ml.Similarity.Trainers.ScoredPairs(new ScoredPairsTrainer.Options { Loss = new CosineRegressionLoss(), Encoder = Small, Seed = 1 }).Fit(ExamplePairs.View(Ml, pair))
                : PairTrainers.Create(Ml, kind, change: o => (o.Encoder, o.MaximumNumberOfEpochs) = (Small, 50)).Fit(ExamplePairs.View(Ml, pair));
            var losses = model.Summary.Epochs;
            Assert.That(losses[^1].Loss, Is.LessThan(losses[0].Loss), kind);
            Assert.That(model.Summary.TrainingRows, Is.EqualTo(1), kind);
        }
    }

    [Test]
    public void A_pair_without_weight_teaches_nothing()
    {
        var pairs = ExamplePairs.Of(TrainingData.Blobs(), 40);
        foreach (var pair in pairs)
            pair.Margin = 1;
        var wrong = ExamplePairs.Of(TrainingData.Blobs(), 40);
        foreach (var pair in wrong)
            (pair.Same, pair.Margin) = (!pair.Same, 0);
        Assert.That(Trained([.. pairs, .. wrong]), Is.GreaterThan(Trained([.. pairs, .. wrong.Select(pair => (pair.Margin = 1, pair).pair)]) + 0.1));

        static double Trained(PairRow[] rows)
        {
            var model = PairTrainers.Create(Ml, "ContrastivePairs", change: o =>
                (o.ExampleWeightColumnName, o.MaximumNumberOfEpochs, o.ValidationFraction) = ("Margin", 30, 0)).Fit(ExamplePairs.View(Ml, rows));
            var blobs = TrainingData.View(Ml, TrainingData.Blobs());
            return Ml.Similarity.EvaluateRetrieval(model.ForColumn().Transform(blobs), "Label", "Embedding").MeanAveragePrecisionAtR;
        }
    }

    [Test]
    public void Validation_may_be_other_pairs([ValueSource(typeof(PairTrainers), nameof(PairTrainers.Kinds))] string kind)
    {
        var training = ExamplePairs.View(Ml, ExamplePairs.Of(Training, 400));
        var validation = ExamplePairs.View(Ml, ExamplePairs.Of(HeldOut, 300, seed: 2));
        var summary = PairTrainers.Create(Ml, kind).Fit(training, validation).Summary;
        Assert.That((summary.TrainingRows, summary.ValidationRows), Is.EqualTo((400, 300)));
        Assert.That(summary.Epochs.Select(epoch => epoch.ValidationMetric), Is.All.Not.Null);
    }

    [Test]
    public void What_is_measured_is_what_the_evaluation_of_such_pairs_gives()
    {
        var validation = ExamplePairs.View(Ml, ExamplePairs.Of(HeldOut, 300, seed: 2));
        var training = ExamplePairs.View(Ml, ExamplePairs.Of(Training, 400));
        var model = PairTrainers.Create(Ml, "ContrastivePairs").Fit(training, validation);
        var embedded = model.Transform(validation);
        var left = Examples.Vectors<float>(embedded, "LeftEmbedding");
        var right = Examples.Vectors<float>(embedded, "RightEmbedding");
        var same = Examples.Column<bool>(embedded, "Same");
        double above = 0, pairs = 0;
        for (var i = 0; i < same.Length; i++)
        {
            for (var j = 0; j < same.Length; j++)
            {
                if (!same[i] || same[j])
                    continue;
                pairs++;
                above += Math.Sign(Cosine(left[i], right[i]) - Cosine(left[j], right[j])) * 0.5 + 0.5;
            }
        }
        Assert.That(model.Summary.Epochs[model.Summary.BestEpoch - 1].ValidationMetric, Is.EqualTo(above / pairs).Within(1e-4));
    }

    private static LinearEncoder Small => new() { OutputDimension = 2, StandardizeInputs = false };

    private static void Learns(PairTrainer trainer, PairRow[] pairs, string metric, double atLeast)
    {
        var model = trainer.Fit(ExamplePairs.View(Ml, pairs));
        var learned = Ml.Similarity.EvaluateRetrieval(model.ForColumn().Transform(HeldOutView), "Label", "Embedding").MeanAveragePrecisionAtR;
        TestContext.Out.WriteLine($"MAP@R {learned:F3} (raw {Raw:F3}), {model.Summary.ValidationMetric} {model.Summary.Epochs[^1].ValidationMetric:F3}");
        Assert.That(learned, Is.GreaterThan(Raw + 0.05));
        Assert.That(model.Summary.ValidationMetric, Is.EqualTo(metric));
        Assert.That(model.Summary.Epochs[^1].ValidationMetric, Is.GreaterThan(atLeast));
        var (near, far) = (model.Summary.Epochs[^1].MeanPositiveDistance, model.Summary.Epochs[^1].MeanNegativeDistance);
        if (metric != "Spearman correlation")
            Assert.That(near, Is.LessThan(far));
        else
            Assert.That((near, far), Is.EqualTo((double.NaN, double.NaN)));
    }

    private static float Cosine(float[] x, float[] y) => System.Numerics.Tensors.TensorPrimitives.CosineSimilarity(x, y);
}
