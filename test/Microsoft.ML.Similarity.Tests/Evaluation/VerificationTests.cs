using Microsoft.ML.Similarity.Evaluation;

namespace Microsoft.ML.Similarity.Tests.Evaluation;

public sealed class VerificationTests
{
    private readonly MLContext _ml = new(1);

    private sealed class Pair
    {
        public bool Label { get; set; }

        public float Score { get; set; }

        public int Number { get; set; }
    }

    [Test]
    public void Metrics_equal_the_reference()
    {
        var pairs = Golden();
        var metrics = VerificationEvaluator.Evaluate(pairs, [0.1]);
        Assert.That(metrics.AreaUnderRocCurve, Is.EqualTo(GoldenPairMetrics.Number("roc_auc")).Within(1e-12));
        Assert.That(metrics.AveragePrecision, Is.EqualTo(GoldenPairMetrics.Number("average_precision")).Within(1e-12));
        Assert.That(metrics.EqualErrorRate, Is.EqualTo(GoldenPairMetrics.Number("eer_nearest_point")).Within(1e-12));
        Assert.That(metrics.TrueAcceptRateAt[0.1], Is.EqualTo(GoldenPairMetrics.Number("tar_at_far_0.1_max")).Within(1e-12));
        Assert.That(metrics.PositiveCount + metrics.NegativeCount, Is.EqualTo(pairs.Scores.Length));
    }

    // The reference leaves out points in the middle of straight parts of the curve, except the first after (0, 0).
    [Test]
    public void The_curve_equals_the_reference()
    {
        var pairs = Golden();
        VerificationPoint[] curve = [.. VerificationEvaluator.Curve(pairs)];
        Assert.That(curve, Has.Length.EqualTo(pairs.Scores.Distinct().Count() + 1));
        VerificationPoint[] corners = [.. curve.Where((_, i) => i <= 1 || i == curve.Length - 1
            || curve[i - 1].FalseAccepts + curve[i + 1].FalseAccepts != 2 * curve[i].FalseAccepts
            || curve[i - 1].TrueAccepts + curve[i + 1].TrueAccepts != 2 * curve[i].TrueAccepts)];
        Assert.That(corners.Select(x => (double)x.FalseAccepts / pairs.Negatives), Is.EqualTo(GoldenPairMetrics.Numbers("fpr")).Within(1e-12));
        Assert.That(corners.Select(x => (double)x.TrueAccepts / pairs.Positives), Is.EqualTo(GoldenPairMetrics.Numbers("tpr")).Within(1e-12));
    }

    [Test]
    public void Metrics_equal_a_count_over_all_thresholds([Values(1, 2, 3, 4, 5)] int seed, [Values] bool smallerIsSimilar, [Values(3, 1000)] int levels)
    {
        var random = new Random(seed);
        var matches = Enumerable.Range(0, 60).Select(i => i < 2 ? i == 0 : random.Next(3) == 0).ToArray();
        var scores = matches.Select(x => (random.Next(levels) + (x ? levels / 3 : 0)) / 7f).ToArray();
        var metrics = VerificationEvaluator.Evaluate(new(scores, matches, smallerIsSimilar), [0, 0.2, 0.05, 1, 0.2]);

        double positives = matches.Count(x => x), negatives = matches.Length - positives;
        var accepted = scores.Distinct().Order().Select(Count).ToList();
        if (!smallerIsSimilar)
            accepted.Reverse();
        accepted.Insert(0, (float.NaN, 0, 0));
        double wins = 0;
        for (var i = 0; i < scores.Length; i++)
        {
            for (var j = 0; j < scores.Length; j++)
            {
                if (matches[i] && !matches[j])
                    wins += scores[i] == scores[j] ? 0.5 : scores[i] > scores[j] != smallerIsSimilar ? 1 : 0;
            }
        }
        var averagePrecision = accepted.Skip(1).Zip(accepted, (now, before) => (now.True - before.True) / positives * now.True / (now.True + now.False)).Sum();
        var equalError = accepted.MinBy(x => Math.Round(Math.Abs((positives - x.True) / positives - x.False / negatives), 12));
        var accurate = accepted.MaxBy(x => x.True + negatives - x.False);
        var f1 = accepted.MaxBy(x => 2 * x.True / (x.True + x.False + positives));

        Assert.Multiple(() =>
        {
            Assert.That(metrics.AreaUnderRocCurve, Is.EqualTo(wins / (positives * negatives)).Within(1e-12));
            Assert.That(metrics.AveragePrecision, Is.EqualTo(averagePrecision).Within(1e-12));
            Assert.That(metrics.EqualErrorRate, Is.EqualTo(((positives - equalError.True) / positives + equalError.False / negatives) / 2).Within(1e-12));
            Assert.That(metrics.EqualErrorRateThreshold, Is.EqualTo(equalError.Threshold));
            Assert.That(metrics.BestAccuracy, Is.EqualTo((accurate.True + negatives - accurate.False) / matches.Length).Within(1e-12));
            Assert.That(metrics.BestAccuracyThreshold, Is.EqualTo(accurate.Threshold));
            Assert.That(metrics.BestF1Score, Is.EqualTo(2 * f1.True / (f1.True + f1.False + positives)).Within(1e-12));
            Assert.That(metrics.BestF1ScoreThreshold, Is.EqualTo(f1.Threshold));
            Assert.That(metrics.TrueAcceptRateAt.Keys, Is.EqualTo(new[] { 0, 0.05, 0.2, 1 }));
            foreach (var (rate, value) in metrics.TrueAcceptRateAt)
            {
                var best = accepted.Where(x => x.False / negatives <= rate).MaxBy(x => x.True);
                Assert.That(value, Is.EqualTo(best.True / positives).Within(1e-12));
                Assert.That(metrics.ThresholdAt[rate], Is.EqualTo(best.Threshold));
            }
        });

        (float Threshold, double False, double True) Count(float threshold)
        {
            var isAccepted = scores.Select(x => smallerIsSimilar ? x <= threshold : x >= threshold).ToArray();
            return (threshold, isAccepted.Where((x, i) => x && !matches[i]).Count(), isAccepted.Where((x, i) => x && matches[i]).Count());
        }
    }

    [Test]
    public void Equal_scores_tell_nothing()
    {
        var metrics = VerificationEvaluator.Evaluate(new([0f, -0f, 0f, 0f], [true, false, false, false]), [0.5]);
        Assert.That(metrics.AreaUnderRocCurve, Is.EqualTo(0.5));
        Assert.That(metrics.EqualErrorRate, Is.EqualTo(0.5));
        Assert.That(metrics.AveragePrecision, Is.EqualTo(0.25));
        Assert.That(metrics.TrueAcceptRateAt[0.5], Is.Zero);
        Assert.That(metrics.BestAccuracy, Is.EqualTo(0.75));
        Assert.That(metrics.BestAccuracyThreshold, Is.NaN);
    }

    [Test]
    public void Infinite_scores_rank_and_missing_ones_are_counted()
    {
        var data = Pairs((true, float.PositiveInfinity), (true, float.NaN), (false, float.NegativeInfinity), (true, 1), (false, float.NaN));
        var metrics = _ml.Similarity.EvaluateVerification(data);
        Assert.That(metrics.AreaUnderRocCurve, Is.EqualTo(1));
        Assert.That(metrics.BestAccuracyThreshold, Is.EqualTo(1));
        Assert.That((metrics.PositiveCount, metrics.NegativeCount, metrics.SkippedCount), Is.EqualTo((2L, 1L, 2L)));
        Assert.That(metrics.ToString(), Is.EqualTo(
            "ROC-AUC 1.0000, AP 1.0000, EER 0.0000, TAR@0.001 1.0000, TAR@0.01 1.0000, TAR@0.1 1.0000, best accuracy 1.0000, best F1 1.0000, pairs 2 + 1, 2 without a score left out"));
        Assert.That(_ml.Similarity.EvaluateVerification(data, smallerIsSimilar: true).AreaUnderRocCurve, Is.Zero);
    }

    [Test]
    public void Unusable_data_and_options_are_named()
    {
        Assert.That(() => _ml.Similarity.EvaluateVerification(Pairs((true, 1), (true, 2), (false, float.NaN))), Throws.InvalidOperationException
            .With.Message.EqualTo("Verification needs pairs that match and pairs that do not; the data has 2 and 0, without the 1 left out because their score is NaN."));
        foreach (var (rate, text) in new[] { (-0.1, "-0.1"), (1.5, "1.5"), (double.NaN, "NaN") })
        {
            Assert.That(() => _ml.Similarity.EvaluateVerification(Pairs((true, 1), (false, 2)), falseAcceptRates: [0.5, rate]), Throws.TypeOf<ArgumentOutOfRangeException>()
                .With.Message.EqualTo($"The false-accept rate {text} must be from 0 to 1. (Parameter 'falseAcceptRates')"));
        }
    }

    [Test]
    public void Wrong_columns_are_named()
    {
        var data = Pairs((true, 1), (false, 2));
        Assert.That(() => _ml.Similarity.EvaluateVerification(data, "Match"), Throws.TypeOf<ArgumentOutOfRangeException>()
            .With.Message.EqualTo("Could not find the label column 'Match' in the input schema. (Parameter 'inputSchema')"));
        Assert.That(() => _ml.Similarity.EvaluateVerification(data, "Number"), Throws.TypeOf<ArgumentOutOfRangeException>()
            .With.Message.EqualTo("Schema mismatch for label column 'Number': expected Boolean, got Int32. (Parameter 'inputSchema')"));
        Assert.That(() => _ml.Similarity.EvaluateVerification(data, "Label", "Distance"), Throws.TypeOf<ArgumentOutOfRangeException>()
            .With.Message.EqualTo("Could not find the score column 'Distance' in the input schema. (Parameter 'inputSchema')"));
        Assert.That(() => _ml.Similarity.EvaluateVerification(data, "Label", "Number"), Throws.TypeOf<ArgumentOutOfRangeException>()
            .With.Message.EqualTo("Schema mismatch for score column 'Number': expected Single, got Int32. (Parameter 'inputSchema')"));
    }

    private static ScoredPairs Golden() => new(GoldenPairMetrics.Singles("scores"), [.. GoldenPairMetrics.Classes("labels").Select(x => x == 1)]);

    private IDataView Pairs(params (bool Label, float Score)[] pairs) =>
        _ml.Data.LoadFromEnumerable(pairs.Select(x => new Pair { Label = x.Label, Score = x.Score }));
}
