using Microsoft.ML.Similarity.Training;
using Microsoft.ML.Similarity.Training.Optimization;
using TorchSharp;

namespace Microsoft.ML.Similarity.Tests.Training;

public sealed class ProgressTests
{
    private const int Epochs = 20;
    private static readonly MLContext Ml = new();
    private static readonly IDataView Data = TrainingData.View(Ml, TrainingData.Blobs(classes: 4, rowsPerClass: 20));

    [Test]
    public void Every_epoch_is_reported_with_all_its_values()
    {
        var reports = new List<TrainingProgress>();
        var threads = new HashSet<int>();
        var summary = Fast.Fit(Ml, Data, o =>
        {
            o.MaximumNumberOfEpochs = Epochs;
            o.EarlyStoppingPatience = Epochs;
            o.Progress = new Receiver<TrainingProgress>(p =>
            {
                reports.Add(p);
                threads.Add(Environment.CurrentManagedThreadId);
            });
        }).Summary;

        Assert.That(threads, Is.EqualTo(new[] { Environment.CurrentManagedThreadId }));
        var ends = reports.Where(p => p.Step == p.StepsInEpoch).ToArray();
        Assert.That(ends.Select(p => p.Epoch), Is.EqualTo(Enumerable.Range(1, Epochs)));
        Assert.That(ends, Has.All.Matches<TrainingProgress>(p =>
            p is { MaximumNumberOfEpochs: Epochs, StepsInEpoch: 5, Loss: > 0 and < 2, ActiveFraction: > 0 and <= 1, ValidationMetric: >= 0 and <= 1 }));
        Assert.That(ends, Has.All.Matches<TrainingProgress>(p => p!.MeanPositiveDistance is > 0 and <= 2 && p.MeanNegativeDistance is > 0 and <= 2));
        Assert.That(ends[^1].MeanPositiveDistance, Is.LessThan(ends[^1].MeanNegativeDistance));
        Assert.That(ends.Select(p => p.Elapsed), Is.Ordered);
        Assert.That(ends[..^1], Has.All.Matches<TrainingProgress>(p => p!.Remaining > TimeSpan.Zero));
        Assert.That(ends[^1].Remaining, Is.EqualTo(TimeSpan.Zero));
        Assert.That(
            summary.Epochs,
            Is.EqualTo(ends.Select((p, i) => new EpochSummary(
                p.Epoch, p.Loss, p.LearningRate, p.ActiveFraction, p.MeanPositiveDistance, p.MeanNegativeDistance, p.ValidationMetric, summary.Epochs[i].Elapsed))));
        Assert.That(summary.Duration, Is.GreaterThanOrEqualTo(ends[^1].Elapsed));
    }

    [Test]
    public void Long_epochs_are_reported_in_between()
    {
        var reports = new List<TrainingProgress>();
        var trainer = Ml.Similarity.Trainers.MetricLearning(Fast.Options(o =>
        {
            o.MaximumNumberOfEpochs = 1;
            o.Progress = new Receiver<TrainingProgress>(reports.Add);
        }));
        // The reading takes longer than the time between two reports.
        trainer.Fit(TrainingData.View(Ml, TrainingData.Blobs(), dimension: 6, afterwards: () => Thread.Sleep(1100)));
        Assert.That(reports.Select(p => (p.Step, p.ValidationMetric is null)), Is.EqualTo(new[] { (1, true), (reports[0].StepsInEpoch, false) }));
        Assert.That(reports[0].Remaining, Is.EqualTo(reports[0].Elapsed * (reports[0].StepsInEpoch - 1)).Within(TimeSpan.FromMilliseconds(1)));
    }

    [Test]
    public void The_learning_rate_warms_up_and_falls_along_a_cosine()
    {
        var rates = Rates(new CosineSchedule());
        const double warmUp = 0.2;
        for (var epoch = 0; epoch < Epochs; epoch++)
        {
            // The last of the epoch's five steps.
            var done = (epoch + 0.8) / Epochs;
            var expected = done < warmUp ? done / warmUp : (1 + Math.Cos(Math.PI * (done - warmUp) / (1 - warmUp))) / 2;
            Assert.That(rates[epoch], Is.EqualTo(expected).Within(1e-9), $"epoch {epoch + 1}");
        }
    }

    [Test]
    public void A_constant_learning_rate_stays_after_its_warm_up() =>
        Assert.That(Rates(new ConstantSchedule())[4..], Is.All.EqualTo(1));

    [Test]
    public void A_receiver_that_throws_ends_the_training_with_its_exception()
    {
        var mine = new InvalidDataException("mine");
        Fast.Fit(Ml, Data);
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        Assert.That(() => Fast.Fit(Ml, Data, o => o.Progress = new Receiver<TrainingProgress>(_ => throw mine)), Throws.Exception.SameAs(mine));
        Assert.That(DisposeScopeManager.Statistics.ThreadTotalLiveCount, Is.EqualTo(before));
    }

    private static double[] Rates(LearningRateSchedule schedule) => [.. Fast.Fit(Ml, Data, o =>
    {
        o.MaximumNumberOfEpochs = Epochs;
        o.LearningRate = 1;
        o.Optimizer = new AdamWOptimizer { WeightDecay = 0 };
        o.WarmUpFraction = 0.2;
        o.LearningRateSchedule = schedule;
        o.ValidationFraction = 0;
    }).Summary.Epochs.Select(e => e.LearningRate)];
}
