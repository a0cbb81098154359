using Microsoft.ML.Similarity.Embedding;
using Microsoft.ML.Similarity.Losses;
using Microsoft.ML.Similarity.Tests.Contract;
using Microsoft.ML.Similarity.Tests.Trainers.Pairs;
using Microsoft.ML.Similarity.Trainers;
using Microsoft.ML.Similarity.Training;
using Microsoft.ML.Similarity.Training.Optimization;

namespace Microsoft.ML.Similarity.Tests.Training;

/// <summary>The option to skip steps that are not finite.</summary>
public sealed class SkippedStepTests
{
    // Of 80 rows, 4 batches an epoch: with nothing held out, 5.
    private const int StepsInEpoch = 5;
    private static readonly IDataView Data = TrainingData.View(new MLContext(), TrainingData.Blobs(classes: 4, rowsPerClass: 20));

    [Test]
    public void A_training_goes_on_and_tells([Values(Poison.LossIsNaN, Poison.GradientIsNaN)] Poison poison)
    {
        var progress = new List<TrainingProgress>();
        var model = Fit(out var log, batch => batch is 1 or 3 or 2 * StepsInEpoch ? poison : Poison.None, o => o.Progress = new Receiver<TrainingProgress>(progress.Add));
        Assert.That(Fast.WeightBits(model).Select(BitConverter.Int32BitsToSingle), Is.All.Matches<float>(float.IsFinite));
        Assert.That(model.Summary.StopReason, Is.EqualTo(StopReason.Completed));
        Assert.That(model.Summary.SkippedSteps, Is.EqualTo(3));
        Assert.That(model.Summary.Epochs.Select(epoch => epoch.SkippedSteps), Is.EqualTo(new[] { 2, 0, 1 }));
        Assert.That(progress.Select(report => report.SkippedSteps), Is.EqualTo(new[] { 2, 0, 1 }));
        Assert.That(model.Summary.Epochs.Select(epoch => epoch.Loss).Concat(model.Summary.Epochs.Select(epoch => epoch.MeanPositiveDistance)), Is.All.Matches<double>(double.IsFinite));
        Assert.That(log.Where(line => line.Contains("skipped", StringComparison.Ordinal)).Select(line => line[(line.LastIndexOf(']') + 2)..]), Is.EqualTo(new[]
        {
            "2 of 5 steps of epoch 1 were skipped: a loss or gradient was not finite.",
            "1 of 5 steps of epoch 3 were skipped: a loss or gradient was not finite.",
        }));
    }

    // One batch has a loss that is not finite: of the others, the first is as without it.
    [Test]
    public void The_mean_loss_is_that_of_the_other_batches()
    {
        var first = Fit(out _, batch => batch > 0 ? Poison.LossIsInfinite : Poison.None, o => o.MaximumNumberOfEpochs = 1).Summary.Epochs[0];
        Assert.That(first.SkippedSteps, Is.EqualTo(StepsInEpoch - 1));
        var losses = new List<double>();
        Fit(out _, _ => Poison.None, o => (o.MaximumNumberOfEpochs, o.Loss) = (1, new WatchedLoss(o.Loss, losses.Add)));
        Assert.That(first.Loss, Is.EqualTo(losses[0]).Within(1e-9));
    }

    [Test]
    public void An_epoch_of_skipped_steps_only_ends_it()
    {
        var model = Fit(out var log, batch => batch >= StepsInEpoch ? Poison.LossIsNaN : Poison.None);
        Assert.That((model.Summary.StopReason, model.Summary.BestEpoch, model.Summary.Epochs.Count), Is.EqualTo((StopReason.Diverged, 1, 1)));
        Assert.That(log, Has.Exactly(1).EndsWith("All 5 steps of epoch 2 were skipped: in each, a loss or gradient was not finite. Training stops with the weights of epoch 1."));
        Assert.That(
            () => Fit(out _, _ => Poison.GradientIsNaN),
            Throws.InvalidOperationException.With.Message.EqualTo(
                "All 5 steps of epoch 1 were skipped: in each, a loss or gradient was not finite. Lower LearningRate (now 0.001) or scale the features."));
    }

    [Test]
    public void Without_the_option_training_stops_and_says_where()
    {
        var model = Fit(out var log, batch => batch == StepsInEpoch + 2 ? Poison.LossIsNaN : Poison.None, o => o.SkipNonFiniteSteps = false);
        Assert.That((model.Summary.StopReason, model.Summary.Epochs.Count, model.Summary.SkippedSteps), Is.EqualTo((StopReason.Diverged, 1, 0)));
        Assert.That(log, Has.Exactly(1).Contains("The loss was not finite in step 3 of epoch 2 (it was "));
    }

    // Nothing of the skipped step is in the checkpoint, and how many there were is.
    [Test]
    public void An_interrupted_training_ends_with_the_same_weights([Values(1, 4, 7)] int stepsAtOnce)
    {
        var folder = Directory.CreateTempSubdirectory("checkpoints-").FullName;
        Action<MetricLearningTrainer.Options> change = o => (o.WeightAveraging, o.Loss) = (new ExponentialMovingAverage(), new ArcFaceLoss());
        var whole = Fit(out _, batch => batch is 0 or 8 ? Poison.LossIsNaN : Poison.None, change);
        EmbeddingTransformer? resumed = null;
        for (var done = 0; resumed is null; done += stepsAtOnce)
        {
            using var source = new CancellationTokenSource();
            var before = done;
            try
            {
                resumed = Fit(out _, batch =>
                {
                    if (batch == stepsAtOnce - 1)
                        source.Cancel();
                    return before + batch is 0 or 8 ? Poison.LossIsNaN : Poison.None;
                }, o =>
                {
                    change(o);
                    (o.CheckpointFolder, o.CheckpointInterval, o.CancellationToken, o.ThrowOnCancellation) = (folder, TimeSpan.FromDays(1), source.Token, true);
                });
            }
            catch (OperationCanceledException)
            {
            }
        }
        Directory.Delete(folder, recursive: true);
        Assert.That(Fast.WeightBits(resumed), Is.EqualTo(Fast.WeightBits(whole)));
        Assert.That(resumed.Model.LossState!.GetValues("inner.weights"), Is.EqualTo(whole.Model.LossState!.GetValues("inner.weights")));
        Assert.That(resumed.Summary.Epochs.Select(epoch => (epoch.Loss, epoch.SkippedSteps)), Is.EqualTo(whole.Summary.Epochs.Select(epoch => (epoch.Loss, epoch.SkippedSteps))));
    }

    [Test]
    public void The_number_is_saved_with_the_model()
    {
        var model = Fit(out _, batch => batch == 2 ? Poison.LossIsNaN : Poison.None);
        var loaded = (EmbeddingTransformer)EstimatorContract.SaveAndLoad(new MLContext(), model, Data.Schema, out _);
        Assert.That(loaded.Summary.SkippedSteps, Is.EqualTo(1));
        Assert.That(loaded.Summary.Epochs, Is.EqualTo(model.Summary.Epochs));
    }

    [Test]
    public void Pairs_have_the_option_too([ValueSource(typeof(PairTrainers), nameof(PairTrainers.Kinds))] string kind)
    {
        var ml = new MLContext(seed: 1);
        var pairs = ExamplePairs.View(ml, ExamplePairs.Of(TrainingData.Blobs(), 60));
        Assert.That(Weights(skip: true), Is.EqualTo(Weights(skip: false)));

        float[] Weights(bool skip) => [.. PairTrainers.Create(ml, kind, change: o => o.SkipNonFiniteSteps = skip).Fit(pairs).Model.Weights.Entries.SelectMany(entry => entry.Value.Values)];
    }

    private static EmbeddingTransformer Fit(out List<string> log, Func<int, Poison> poison, Action<MetricLearningTrainer.Options>? change = null)
    {
        var lines = log = [];
        var ml = new MLContext(seed: 1);
        ml.Log += (_, e) => lines.Add(e.Message);
        return Fast.Fit(ml, Data, o =>
        {
            (o.SkipNonFiniteSteps, o.ValidationFraction) = (true, 0);
            change?.Invoke(o);
            o.Loss = new PoisonedLoss(o.Loss, poison);
        });
    }
}
