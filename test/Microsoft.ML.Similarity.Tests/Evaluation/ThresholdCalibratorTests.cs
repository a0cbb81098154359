using Microsoft.ML.Similarity.Evaluation;

namespace Microsoft.ML.Similarity.Tests.Evaluation;

public sealed class ThresholdCalibratorTests
{
    [Test]
    public void The_threshold_is_the_smallest_that_keeps_the_rate(
        [Values(1, 2, 3)] int seed, [Values(3, 20, 1000)] int levels, [Values(0, 0.01, 0.05, 0.29, 0.5, 0.99)] double rate)
    {
        var random = new Random(seed);
        var matches = Enumerable.Range(0, 200).Select(i => i % 2 == 0).ToArray();
        var scores = matches.Select(x => (random.Next(levels) + (x ? levels / 3 : 0)) / 7f).ToArray();
        var pairs = new ScoredPairs(scores, matches);
        var (threshold, calibration) = ThresholdCalibrator.Calibrate(pairs, rate);

        Assert.That(Accepted(false, threshold), Is.EqualTo(calibration.FalseAcceptCount));
        Assert.That(Accepted(true, threshold), Is.EqualTo(calibration.TrueAcceptCount));
        Assert.That(calibration.FalseAcceptRate, Is.LessThanOrEqualTo(rate));
        Assert.That(Accepted(false, MathF.BitDecrement(threshold)) / 100d, Is.GreaterThan(rate), "the next smaller number accepts too many");
        Assert.That(calibration.TrueAcceptRate, Is.EqualTo(VerificationEvaluator.Evaluate(pairs, [rate]).TrueAcceptRateAt[rate]));
        Assert.That((calibration.PositiveCount, calibration.NegativeCount, calibration.TargetFalseAcceptRate), Is.EqualTo((100, 100, rate)));

        int Accepted(bool match, float least) => scores.Where((score, i) => matches[i] == match && score >= least).Count();
    }

    [Test]
    public void A_rate_of_1_accepts_every_score()
    {
        var (threshold, calibration) = ThresholdCalibrator.Calibrate(new([1, 2, float.NegativeInfinity], [true, false, false]), 1);
        Assert.That(threshold, Is.EqualTo(float.NegativeInfinity));
        Assert.That((calibration.TrueAcceptCount, calibration.FalseAcceptCount), Is.EqualTo((1, 2)));
        Assert.That(calibration.IsBeyondResolution, Is.False);
    }

    [Test]
    public void Pairs_of_one_score_are_decided_alike()
    {
        var (threshold, calibration) = ThresholdCalibrator.Calibrate(new([3, 3, 3, 3, 1, 4], [false, false, true, true, false, true]), 0.5);
        Assert.That(threshold, Is.EqualTo(MathF.BitIncrement(3)));
        Assert.That((calibration.TrueAcceptCount, calibration.FalseAcceptCount), Is.EqualTo((1, 0)));
    }

    [Test]
    public void No_pairs_to_reject_and_no_threshold_are_named()
    {
        Assert.That(() => ThresholdCalibrator.Calibrate(new([1, 2], [true, true], skipped: 3), 0.1), Throws.InvalidOperationException.With.Message.EqualTo(
            "A threshold for a false-accept rate needs pairs whose label is false; the data has 2 pairs whose label is true and none whose label is false, "
            + "without the 3 left out because their score is NaN."));
        Assert.That(() => ThresholdCalibrator.Calibrate(new([1, float.PositiveInfinity], [true, false]), 0.1), Throws.InvalidOperationException.With.Message.EqualTo(
            "No threshold has a false-accept rate of at most 0.1: too many pairs whose label is false have an infinite score."));
    }
}
