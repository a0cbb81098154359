using Microsoft.ML.Similarity.Embedding;
using Microsoft.ML.Similarity.Encoders;
using Microsoft.ML.Similarity.Losses;
using Microsoft.ML.Similarity.Losses.Memory;
using Microsoft.ML.Similarity.Losses.Views;
using Microsoft.ML.Similarity.Miners;
using Microsoft.ML.Similarity.Tests.Trainers.Pairs;
using Microsoft.ML.Similarity.Trainers;
using Microsoft.ML.Similarity.Training;
using Microsoft.ML.Similarity.Training.Optimization;

namespace Microsoft.ML.Similarity.Tests.Training.Checkpoints;

public sealed class CheckpointTests
{
    private static readonly MLContext Ml = new(seed: 1);
    private static readonly IDataView Data = TrainingData.View(Ml, TrainingData.Blobs(rowsPerClass: 20));

    private string _folder = "";

    [SetUp]
    public void MakeFolder() => _folder = Path.Combine(Directory.CreateTempSubdirectory("checkpoints-").FullName, "new");

    [TearDown]
    public void DeleteFolder() => Directory.Delete(Path.GetDirectoryName(_folder)!, recursive: true);

    private static readonly Action<MetricLearningTrainer.Options>[] Trainings =
    [
        _ => { },
        o => o.Encoder = new MlpEncoder { OutputDimension = 4, HiddenWidths = [8, 8], Dropout = 0.3, BatchNorm = true },
        o => o.Loss = new ArcFaceLoss(),
        o => o.Loss = new CrossBatchMemoryLoss { MemorySize = 24 },
        o => (o.LearningRateSchedule, o.Optimizer) = (new PlateauSchedule { Patience = 1 }, new SgdOptimizer()),
        o => (o.GradientAccumulationSteps, o.GradientCacheChunkSize) = (2, 5),
    ];

    // Cancelled after every few steps, again and again, until it ends.
    [Test]
    public void An_interrupted_training_ends_with_the_same_weights([Range(0, 5)] int which, [Values(1, 7)] int stepsAtOnce)
    {
        var whole = Fit(o =>
        {
            Trainings[which](o);
            o.Loss = new InterruptingLoss(o.Loss);
        });
        EmbeddingTransformer? resumed = null;
        var interruptions = -1;
        for (; resumed is null; interruptions++)
        {
            using var source = new CancellationTokenSource();
            try
            {
                resumed = Fit(o =>
                {
                    Trainings[which](o);
                    o.CheckpointFolder = _folder;
                    o.CheckpointInterval = TimeSpan.FromDays(1);
                    o.CancellationToken = source.Token;
                    o.ThrowOnCancellation = true;
                    o.Loss = new InterruptingLoss(o.Loss, source.Cancel, stepsAtOnce);
                });
            }
            catch (OperationCanceledException)
            {
            }
        }
        Assert.That(interruptions, Is.GreaterThan(0));
        Assert.That(Fast.WeightBits(resumed), Is.EqualTo(Fast.WeightBits(whole)));
        Assert.That(Losses(resumed), Is.EqualTo(Losses(whole)));
        Assert.That(resumed.Model.LossState?.Names, Is.EqualTo(whole.Model.LossState?.Names));
        foreach (var name in whole.Model.LossState?.Names ?? [])
            Assert.That(resumed.Model.LossState!.GetValues(name), Is.EqualTo(whole.Model.LossState!.GetValues(name)));
    }

    [Test]
    public void Pairs_and_their_queue_go_on_too()
    {
        var pairs = ExamplePairs.View(Ml, ExamplePairs.Matching(TrainingData.Blobs(), 40));
        var whole = Pairs(10, null);
        Assert.That(() => Pairs(10, new CancellationToken(canceled: true)), Throws.InstanceOf<OperationCanceledException>());
        using var source = new CancellationTokenSource();
        Assert.That(() => Pairs(10, source.Token, new CancelAfterEpoch(source, 4)), Throws.InstanceOf<OperationCanceledException>());
        var resumed = Pairs(10, CancellationToken.None);
        Assert.That(resumed.Model.Weights.Entries.SelectMany(entry => entry.Value.Values), Is.EqualTo(whole.Model.Weights.Entries.SelectMany(entry => entry.Value.Values)));
        Assert.That(resumed.Model.LossState!.GetValues("queue"), Is.EqualTo(whole.Model.LossState!.GetValues("queue")));
        Assert.That(resumed.Summary.Epochs, Has.Count.EqualTo(10));

        PairEmbeddingTransformer Pairs(int epochs, CancellationToken? token, IProgress<TrainingProgress>? progress = null) =>
            Ml.Similarity.Trainers.RankedPairs(new RankedPairsTrainer.Options
            {
                Encoder = new MlpEncoder { OutputDimension = 4, HiddenWidths = [8] },
                Loss = new InfoNceLoss { QueueSize = 16 },
                BatchSize = 8,
                MaximumNumberOfEpochs = epochs,
                CheckpointFolder = token is null ? null : _folder,
                CancellationToken = token ?? default,
                ThrowOnCancellation = true,
                Progress = progress,
                Seed = 1,
            }).Fit(pairs);
    }

    [Test]
    public void A_training_that_continues_a_model_goes_on_and_no_other_does()
    {
        Action<MetricLearningTrainer.Options> loss = o => o.Loss = new ProxyAnchorLoss();
        var data = TrainingData.View(Ml, [.. TrainingData.Blobs(classes: 6, rowsPerClass: 20).Skip(7)]);
        var (previous, other) = (Fit(loss).Model, Fit(o => (o.Loss, o.MaximumNumberOfEpochs) = (new ProxyAnchorLoss(), 2)).Model);
        var whole = Continue(previous, loss);
        using var source = new CancellationTokenSource();
        Assert.That(
            () => Continue(previous, o =>
            {
                loss(o);
                (o.CheckpointFolder, o.CancellationToken, o.ThrowOnCancellation) = (_folder, source.Token, true);
                o.Progress = new CancelAfterEpoch(source, 2);
            }),
            Throws.InstanceOf<OperationCanceledException>());
        Assert.That(() => Resume(other), Throws.InvalidOperationException.With.Message.Contains("of another training: the previous model was "));
        Assert.That(() => Resume(null), Throws.InvalidOperationException.With.Message.Contains("of another training: the previous model was ").And.Message.Contains(" and is nothing."));
        var resumed = Resume(previous);
        Assert.That(resumed.Summary.Epochs, Has.Count.EqualTo(3));
        Assert.That(Fast.WeightBits(resumed), Is.EqualTo(Fast.WeightBits(whole)));
        Assert.That(resumed.Model.LossState!.Classes, Is.EqualTo(whole.Model.LossState!.Classes));
        Assert.That(resumed.Model.LossState.GetValues("weights"), Is.EqualTo(whole.Model.LossState.GetValues("weights")));

        EmbeddingTransformer Resume(EmbeddingModel? model) => Continue(model, o => (o.Loss, o.CheckpointFolder) = (new ProxyAnchorLoss(), _folder));

        EmbeddingTransformer Continue(EmbeddingModel? model, Action<MetricLearningTrainer.Options> change)
        {
            var trainer = Ml.Similarity.Trainers.MetricLearning(Fast.Options(change));
            return model is null ? trainer.Fit(data) : trainer.Fit(data, model);
        }
    }

    [Test]
    public void A_training_that_has_ended_is_given_back()
    {
        var first = Fit(o => o.CheckpointFolder = _folder);
        var progress = new Receiver<TrainingProgress>(report => Assert.Fail($"{report}"));
        var again = Fit(o => (o.CheckpointFolder, o.Progress) = (_folder, progress));
        Assert.That(Fast.WeightBits(again), Is.EqualTo(Fast.WeightBits(first)));
        Assert.That(Losses(again), Is.EqualTo(Losses(first)));
        Assert.That(again.Summary.StopReason, Is.EqualTo(first.Summary.StopReason));
    }

    [Test]
    public void Few_checkpoints_are_kept()
    {
        Fit(o => (o.CheckpointFolder, o.CheckpointInterval, o.CheckpointsToKeep) = (_folder, TimeSpan.Zero, 3));
        Assert.That(Directory.GetFiles(_folder).Select(Path.GetExtension), Is.EqualTo(new[] { ".sim", ".sim", ".sim" }));
    }

    [Test]
    public void A_damaged_checkpoint_is_passed_over_for_the_one_before([Values("cut", "changed", "empty", "foreign")] string damage)
    {
        var whole = Fit(o => (o.CheckpointFolder, o.CheckpointInterval) = (_folder, TimeSpan.Zero));
        var last = Directory.GetFiles(_folder).Order(StringComparer.Ordinal).Last();
        var bytes = File.ReadAllBytes(last);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(last, damage switch
        {
            "cut" => bytes[..^100],
            "changed" => bytes,
            "empty" => [],
            _ => "something else altogether, and long enough"u8.ToArray(),
        });
        var lines = new List<string>();
        var ml = new MLContext(seed: 1);
        ml.Log += (_, e) => lines.Add(e.Message);
        var resumed = ml.Similarity.Trainers.MetricLearning(Fast.Options(o => o.CheckpointFolder = _folder)).Fit(Data);
        Assert.That(lines, Has.Exactly(1).Contains($"The checkpoint '{last}' cannot be used: it is "));
        Assert.That(Fast.WeightBits(resumed), Is.EqualTo(Fast.WeightBits(whole)));
    }

    // A later one that is damaged must not be what is kept.
    [Test]
    public void What_is_written_after_a_damaged_checkpoint_is_kept()
    {
        var whole = Fit(o => (o.CheckpointFolder, o.CheckpointInterval, o.CheckpointsToKeep) = (_folder, TimeSpan.Zero, 50));
        foreach (var later in Directory.GetFiles(_folder).Order(StringComparer.Ordinal).Skip(2))
            File.WriteAllText(later, "damaged");
        using var source = new CancellationTokenSource();
        Assert.That(
            () => Fit(o =>
            {
                (o.CheckpointFolder, o.CheckpointInterval, o.CheckpointsToKeep) = (_folder, TimeSpan.Zero, 1);
                (o.CancellationToken, o.ThrowOnCancellation) = (source.Token, true);
                o.Progress = new Receiver<TrainingProgress>(_ => source.Cancel());
            }),
            Throws.InstanceOf<OperationCanceledException>());
        var resumed = Fit(o => (o.CheckpointFolder, o.CheckpointsToKeep) = (_folder, 1));
        Assert.That(Fast.WeightBits(resumed), Is.EqualTo(Fast.WeightBits(whole)));
    }

    [Test]
    public void Where_no_checkpoint_can_be_read_nothing_is_trained()
    {
        Directory.CreateDirectory(_folder);
        File.WriteAllText(Path.Combine(_folder, "checkpoint-000001-000000001.sim"), "no checkpoint");
        Assert.That(() => Fit(o => o.CheckpointFolder = _folder), Throws.InvalidOperationException.With.Message.EqualTo(
            $"None of the 1 checkpoints in '{_folder}' can be used; the log says why. Delete them to train anew."));
    }

    [Test]
    public void Other_options_and_other_data_are_refused()
    {
        Fit(o => o.CheckpointFolder = _folder);
        Refused(o => o.LearningRate = 0.5, "LearningRate was 0.001 and is 0.5");
        Refused(o => o.Miner = new BatchHardMiner(), "Miner was null and is ");
        Refused(o => o.Loss = new TripletLoss(), "Loss was ");
        Refused(o => o.Encoder = new LinearEncoder(), "Encoder was ");
        Assert.That(
            () => Fast.Fit(Ml, TrainingData.View(Ml, TrainingData.Blobs(rowsPerClass: 20, seed: 2)), o => o.CheckpointFolder = _folder),
            Throws.InvalidOperationException.With.Message.Contains("of another training: the data was "));

        void Refused(Action<MetricLearningTrainer.Options> change, string difference) => Assert.That(
            () => Fit(o =>
            {
                o.CheckpointFolder = _folder;
                change(o);
            }),
            Throws.InvalidOperationException.With.Message.StartsWith($"CheckpointFolder holds checkpoints of another training: {difference}")
                .And.Message.EndsWith("Train with the options and data of before, or name another folder."));
    }

    [Test]
    public void Where_a_checkpoint_cannot_be_written_training_goes_on_with_a_warning()
    {
        // A folder of that name is in the way of the last checkpoint.
        Directory.CreateDirectory(_folder);
        Directory.CreateDirectory(Path.Combine(_folder, "checkpoint-000004-000000000.sim"));
        var lines = new List<string>();
        var ml = new MLContext(seed: 1);
        ml.Log += (_, e) => lines.Add(e.Message);
        var model = ml.Similarity.Trainers.MetricLearning(Fast.Options(o => o.CheckpointFolder = _folder)).Fit(Data);
        Assert.That(lines, Has.Exactly(1).Contains("could not be written: "));
        Assert.That(Fast.WeightBits(model), Is.EqualTo(Fast.WeightBits(Fit(_ => { }))));
        Assert.That(Directory.GetFiles(_folder), Is.Empty);
    }

    [Test]
    public void Options_of_checkpoints_are_checked()
    {
        Assert.That(() => Fit(o => o.CheckpointsToKeep = 0), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.StartsWith("CheckpointsToKeep must be at least 1."));
        Assert.That(() => Fit(o => o.CheckpointFolder = ""), Throws.ArgumentException.With.Property("ParamName").EqualTo("CheckpointFolder"));
        Assert.That(
            () => Fit(o => o.CheckpointInterval = TimeSpan.FromSeconds(-1)),
            Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.StartsWith("CheckpointInterval must be at least 0."));
    }

    private static EmbeddingTransformer Fit(Action<MetricLearningTrainer.Options> change) => Fast.Fit(Ml, Data, change);

    private static IEnumerable<double> Losses(EmbeddingTransformer model) => model.Summary.Epochs.Select(epoch => epoch.Loss);

    private sealed class CancelAfterEpoch(CancellationTokenSource source, int epoch) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value.Epoch >= epoch)
                source.Cancel();
        }
    }
}
