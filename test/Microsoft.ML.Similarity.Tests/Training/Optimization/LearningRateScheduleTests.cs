using System.Text.Json;
using Microsoft.ML.Similarity.Training.Optimization;
using TorchSharp;

namespace Microsoft.ML.Similarity.Tests.Training.Optimization;

public sealed class LearningRateScheduleTests
{
    [TestCase(0, 0.002)]
    [TestCase(0.05, 1)]
    [TestCase(0.1, 2)]
    [TestCase(0.999, 2)]
    public void The_rate_warms_up_and_stays(double done, double expected) =>
        AssertRate(new ConstantSchedule(), done, expected);

    [TestCase(0.1, 2)]
    [TestCase(0.4, 1.5)]
    [TestCase(0.55, 1)]
    [TestCase(0.7, 0.5)]
    [TestCase(1, 0)]
    public void A_cosine_falls_to_0(double done, double expected) => AssertRate(new CosineSchedule(), done, expected);

    [TestCase(0.05, 1)]
    [TestCase(0.29, 2)]
    [TestCase(0.3, 1)]
    [TestCase(0.59, 1)]
    [TestCase(0.6, 0.5)]
    [TestCase(0.99, 0.5)]
    public void Steps_fall_at_their_milestones(double done, double expected) =>
        AssertRate(new StepSchedule { Milestones = [0.3, 0.6], Factor = 0.5 }, done, expected);

    // Half way along a half cosine is the mean of its ends, a third of the way three quarters of the first end and one of the second.
    [TestCase(0, 0.2)]
    [TestCase(0.2, 1.1)]
    [TestCase(0.4, 2)]
    [TestCase(0.6, 0.75 * 2 + 0.25 * 0.02)]
    [TestCase(0.7, 1.01)]
    [TestCase(1, 0.02)]
    public void One_cycle_rises_and_falls_without_another_warm_up(double done, double expected) =>
        AssertRate(new OneCycleSchedule { PeakAt = 0.4, InitialFactor = 0.1, FinalFactor = 0.01 }, done, expected);

    [Test]
    public void A_plateau_of_the_metric_lowers_the_rate_and_its_state_can_be_put_back()
    {
        var schedule = new PlateauSchedule { Factor = 0.5, Patience = 2 };
        using var plan = new LearningRatePlan(2, 0.1, schedule);
        (double Metric, double Rate)[] epochs = [(0.3, 2), (0.3, 2), (0.4, 2), (0.2, 2), (0.4, 1), (0.3, 1), (0.39, 0.5), (0.5, 0.5), (0.4, 0.5), (0.4, 0.25)];
        foreach (var (metric, expected) in epochs)
        {
            plan.Observe(metric);
            Assert.That(plan.At(0.5), Is.EqualTo(expected));
        }
        Assert.That(plan.At(0.05), Is.EqualTo(1), "warm-up is not lowered");

        using var other = new LearningRatePlan(2, 0.1, schedule);
        foreach (var ((_, from), (_, to)) in plan.State.Zip(other.State))
            to.copy_(from);
        plan.Observe(0.5);
        other.Observe(0.5);
        plan.Observe(0.45);
        other.Observe(0.45);
        Assert.That((plan.At(0.5), other.At(0.5)), Is.EqualTo((0.125, 0.125)));
    }

    [Test]
    public void Other_schedules_do_not_follow_the_metric()
    {
        using var plan = new LearningRatePlan(2, 0, new ConstantSchedule());
        for (var epoch = 0; epoch < 10; epoch++)
            plan.Observe(0.1);
        Assert.That(plan.At(0.5), Is.EqualTo(2));
    }

    [Test]
    public void A_plan_makes_no_tensors_that_stay()
    {
        using var plan = new LearningRatePlan(2, 0, new PlateauSchedule());
        var live = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        plan.Observe(0.1);
        plan.At(0.5);
        Assert.That(DisposeScopeManager.Statistics.ThreadTotalLiveCount, Is.EqualTo(live));
    }

    [Test]
    public void A_plateau_needs_validation()
    {
        var ml = new MLContext();
        var data = TrainingData.View(ml, TrainingData.Blobs());
        Assert.That(
            () => Fast.Fit(ml, data, o => (o.LearningRateSchedule, o.ValidationFraction) = (new PlateauSchedule(), 0)),
            Throws.InvalidOperationException.With.Message.EqualTo(
                "LearningRateSchedule is a PlateauSchedule, which follows the validation metric, but nothing is held out for validation: "
                + "set ValidationFraction above 0, give Fit a validation set, or choose another schedule."));
        var summary = Fast.Fit(ml, data, o =>
        {
            o.LearningRateSchedule = new PlateauSchedule { Patience = 1 };
            (o.MaximumNumberOfEpochs, o.EarlyStoppingPatience) = (8, 8);
        }).Summary;
        var metrics = summary.Epochs.Select(epoch => epoch.ValidationMetric!.Value).ToArray();
        var falls = Enumerable.Range(1, 6).Count(i => metrics[i] <= metrics[..i].Max());
        Assert.That(falls, Is.GreaterThan(0));
        Assert.That(summary.Epochs[^1].LearningRate, Is.EqualTo(1e-3 * Math.Pow(0.1, falls)).Within(1e-12));
    }

    [Test]
    public void Every_schedule_survives_json()
    {
        LearningRateSchedule[] schedules =
        [
            new ConstantSchedule(), new CosineSchedule(), new StepSchedule { Milestones = [0.2, 0.3, 0.9], Factor = 0.5 },
            new OneCycleSchedule { PeakAt = 0.4, InitialFactor = 0.1, FinalFactor = 0.01 }, new PlateauSchedule { Factor = 0.2, Patience = 3 },
        ];
        var known = typeof(LearningRateSchedule).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(LearningRateSchedule)));
        Assert.That(schedules.Select(schedule => schedule.GetType()), Is.EquivalentTo(known));
        foreach (var schedule in schedules)
            Assert.That(JsonSerializer.Deserialize<LearningRateSchedule>(JsonSerializer.Serialize(schedule)), Is.EqualTo(schedule));
        Assert.That(new StepSchedule { Milestones = [0.2] }, Is.Not.EqualTo(new StepSchedule { Milestones = [0.3] }));
    }

    [Test]
    public void Values_out_of_range_are_refused()
    {
        const string milestones = "Milestones must be rising, each above 0 and below 1.";
        AssertRefused("Milestones", milestones, "0", () => new StepSchedule { Milestones = [0] });
        AssertRefused("Milestones", milestones, "1", () => new StepSchedule { Milestones = [0.5, 1] });
        AssertRefused("Milestones", milestones, "0.5", () => new StepSchedule { Milestones = [0.5, 0.5] });
        AssertRefused("Milestones", milestones, "NaN", () => new StepSchedule { Milestones = [double.NaN] });
        AssertRefused("Factor", "Factor must be a finite number above 0.", "0", () => new StepSchedule { Factor = 0 });
        AssertRefused("PeakAt", "PeakAt must be above 0 and below 1.", "1", () => new OneCycleSchedule { PeakAt = 1 });
        AssertRefused("InitialFactor", "InitialFactor must be at least 0 and at most 1.", "2", () => new OneCycleSchedule { InitialFactor = 2 });
        AssertRefused("FinalFactor", "FinalFactor must be at least 0 and at most 1.", "NaN", () => new OneCycleSchedule { FinalFactor = double.NaN });
        AssertRefused("Factor", "Factor must be above 0 and below 1.", "1", () => new PlateauSchedule { Factor = 1 });
        AssertRefused("Patience", "Patience must be at least 1.", "0", () => new PlateauSchedule { Patience = 0 });

        static void AssertRefused(string name, string message, string value, Func<object> make) => Assert.That(make, Throws.TypeOf<ArgumentOutOfRangeException>()
            .With.Message.EqualTo($"{message} (Parameter '{name}'){Environment.NewLine}Actual value was {value}."));
    }

    // Warm-up over the first tenth, to a rate of 2.
    private static void AssertRate(LearningRateSchedule schedule, double done, double expected)
    {
        using var plan = new LearningRatePlan(2, 0.1, schedule);
        Assert.That(plan.At(done), Is.EqualTo(expected).Within(1e-12));
    }
}
