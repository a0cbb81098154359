using Microsoft.ML.Data;
using Microsoft.ML.Similarity.Neighbors;
using Microsoft.ML.Similarity.Tests.Contract;
using Microsoft.ML.Similarity.Tests.Training;

namespace Microsoft.ML.Similarity.Tests.Neighbors;

public sealed class SimilarTests
{
    private static readonly MLContext Ml = new(seed: 1);
    private static readonly IDataView Data = Ml.Data.LoadFromEnumerable(PairRow.Random(200));

    [Test]
    public void The_transform_keeps_the_contract([Values] NeighborMetric metric, [Values(null, 0.1f)] float? threshold)
    {
        var data = Ml.Data.LoadFromEnumerable(PairRow.Random(24));
        EstimatorContract.Check(
            Ml,
            Ml.Similarity.Transforms.Similar(metric: metric, threshold: threshold, falseAcceptRate: 0.2),
            data,
            transformOnly: threshold is null ? Without(data, "Label") : null,
            invalid: Without(data, "RightEmbedding"),
            fitOnly: Ml.Transforms.Concatenate("LeftEmbedding", "LeftEmbedding", "Number")
                .Append(Ml.Transforms.Concatenate("RightEmbedding", "RightEmbedding", "Number")).Fit(data).Transform(data));
    }

    [Test]
    public void A_given_threshold_needs_no_label()
    {
        var model = Ml.Similarity.Transforms.Similar(threshold: 0.9f).Fit(Without(Data, "Label"));
        Assert.That((model.Threshold, model.Calibration), Is.EqualTo((0.9f, (object?)null)));
        var output = model.Transform(Data);
        Assert.That(Examples.Column<bool>(output, "PredictedLabel"), Is.EqualTo(Examples.Column<float>(output, "Score").Select(s => s >= 0.9f)));
        Assert.That(Examples.Column<bool>(output, "PredictedLabel"), Has.Some.True.And.Some.False);
    }

    [Test]
    public void The_decision_on_the_calibration_pairs_is_the_one_reported([Values] NeighborMetric metric, [Values(0.02, 0.2)] double rate)
    {
        var model = Ml.Similarity.Transforms.Similar(falseAcceptRate: rate, metric: metric).Fit(Data);
        var output = model.Transform(Data);
        var decisions = Examples.Column<bool>(output, "Label").Zip(Examples.Column<bool>(output, "PredictedLabel")).ToArray();
        Assert.That(decisions.Count(d => d is (true, true)), Is.EqualTo(model.Calibration!.TrueAcceptCount).And.Positive);
        Assert.That(decisions.Count(d => d is (false, true)), Is.EqualTo(model.Calibration.FalseAcceptCount).And.Positive);
        Assert.That(model.Calibration.FalseAcceptRate, Is.LessThanOrEqualTo(rate));
        var verification = Ml.Similarity.EvaluateVerification(output, falseAcceptRates: [rate]);
        Assert.That(verification.TrueAcceptRateAt[rate], Is.EqualTo(model.Calibration.TrueAcceptRate));
    }

    // ML.NET's own evaluator ranks by the score, but decides by its sign.
    [Test]
    public void ML_NET_evaluates_the_scores()
    {
        var output = Ml.Similarity.Transforms.Similar(falseAcceptRate: 0.1).Fit(Data).Transform(Data);
        var metrics = Ml.BinaryClassification.EvaluateNonCalibrated(output);
        Assert.That(metrics.AreaUnderRocCurve, Is.EqualTo(Ml.Similarity.EvaluateVerification(output).AreaUnderRocCurve).Within(1e-6));
        Assert.That(metrics.PositiveRecall, Is.EqualTo(PairRow.Random(200).Where(p => p.Label).Average(p => Cosine(p) > 0 ? 1d : 0)).Within(1e-12));
    }

    [Test]
    public void Pairs_of_real_digits_are_told_apart()
    {
        var digits = TrainingData.Digits;
        var random = new Random(1);
        var pairs = Enumerable.Range(0, 4000).Select(i =>
        {
            var left = digits[random.Next(digits.Length)];
            var right = digits[random.Next(digits.Length)];
            while (i % 4 == 0 && right.Label != left.Label)
                right = digits[random.Next(digits.Length)];
            return new DigitPair { Label = left.Label == right.Label, LeftEmbedding = left.Features, RightEmbedding = right.Features };
        }).ToArray();
        var (calibration, test) = (Ml.Data.LoadFromEnumerable(pairs[..3000]), Ml.Data.LoadFromEnumerable(pairs[3000..]));
        var model = Ml.Similarity.Transforms.Similar(falseAcceptRate: 0.01).Fit(calibration);
        Assert.That(model.Calibration!.FalseAcceptRate, Is.InRange(0.009, 0.01));
        Assert.That(model.Calibration.TrueAcceptRate,
            Is.EqualTo(Ml.Similarity.EvaluateVerification(model.Transform(calibration), falseAcceptRates: [0.01]).TrueAcceptRateAt[0.01]).And.GreaterThan(0.3));
        var decisions = Examples.Column<bool>(model.Transform(test), "PredictedLabel").Zip(pairs[3000..], (accepted, pair) => (Accepted: accepted ? 1d : 0, pair.Label)).ToArray();
        Assert.That(decisions.Where(d => !d.Label).Average(d => d.Accepted), Is.LessThan(0.025));
        Assert.That(decisions.Where(d => d.Label).Average(d => d.Accepted), Is.EqualTo(model.Calibration.TrueAcceptRate).Within(0.07));
    }

    [Test]
    public void A_prediction_engine_gives_what_the_view_gives()
    {
        var model = Ml.Similarity.Transforms.Similar(falseAcceptRate: 0.1, metric: NeighborMetric.Euclidean).Fit(Data);
        var rows = PairRow.Random(200);
        var output = model.Transform(Data);
        var expected = Examples.Column<float>(output, "Score").Zip(Examples.Column<bool>(output, "PredictedLabel"));
        using var engine = Ml.Model.CreatePredictionEngine<PairRow, Decision>(model);
        Assert.That(rows.Select(engine.Predict).Select(d => (d.Score, d.PredictedLabel)), Is.EqualTo(expected));
    }

    [Test]
    public void A_pair_without_a_score_is_no_match_and_is_left_out_of_the_calibration()
    {
        PairRow[] rows = [PairRow.Scored(true, 3), PairRow.Scored(false, float.NaN), PairRow.Scored(false, 1), PairRow.Scored(true, float.PositiveInfinity)];
        var data = Ml.Data.LoadFromEnumerable(rows);
        var model = Ml.Similarity.Transforms.Similar(metric: NeighborMetric.InnerProduct, falseAcceptRate: 1).Fit(data);
        Assert.That((model.Threshold, model.Calibration!.SkippedCount), Is.EqualTo((float.NegativeInfinity, 2L)));
        var output = model.Transform(data);
        Assert.That(Examples.Column<float>(output, "Score"), Is.EqualTo(new[] { 3, float.NaN, 1, float.NaN }));
        Assert.That(Examples.Column<bool>(output, "PredictedLabel"), Is.EqualTo(new[] { true, false, true, false }));
    }

    [Test]
    public void What_a_calibration_cannot_know_is_logged()
    {
        Assert.That(Warnings(0.01, PairRow.Scored(false, 1), PairRow.Scored(false, float.NaN), PairRow.Scored(false, 2)), Is.EqualTo(new[]
        {
            "1 pairs were left out because their score is NaN.",
            "No pair has the label true: the true-accept rate is not known.",
            "2 pairs whose label is false are too few to show a false-accept rate of 0.01: the threshold rejects them all, and the rate may still be as large as 1 (95 % confidence).",
        }));
        Assert.That(Warnings(0.5, PairRow.Scored(false, 1), PairRow.Scored(true, 3), PairRow.Scored(false, 2)), Is.Empty);
    }

    private static string[] Warnings(double rate, params PairRow[] rows)
    {
        var ml = new MLContext(1);
        var warnings = new List<string>();
        ml.Log += (_, e) =>
        {
            if (e.Kind == Microsoft.ML.Runtime.ChannelMessageKind.Warning)
                warnings.Add(e.RawMessage);
        };
        ml.Similarity.Transforms.Similar(metric: NeighborMetric.InnerProduct, falseAcceptRate: rate).Fit(ml.Data.LoadFromEnumerable(rows));
        return [.. warnings];
    }

    private static float Cosine(PairRow pair) => new PairScores(NeighborMetric.Cosine, PairRow.Dimension)
        .Score([.. pair.LeftEmbedding.DenseValues()], [.. pair.RightEmbedding.DenseValues()]);

    private static IDataView Without(IDataView data, string column) => Ml.Transforms.DropColumns(column).Fit(data).Transform(data);

    private sealed class Decision
    {
        public float Score { get; set; }

        public bool PredictedLabel { get; set; }
    }

    private sealed class DigitPair
    {
        public bool Label { get; set; }

        [VectorType(64)]
        public float[] LeftEmbedding { get; set; } = [];

        [VectorType(64)]
        public float[] RightEmbedding { get; set; } = [];
    }
}
