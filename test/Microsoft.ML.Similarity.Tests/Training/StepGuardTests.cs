using Microsoft.ML.Similarity.Encoders;
using Microsoft.ML.Similarity.Losses;
using Microsoft.ML.Similarity.Losses.Memory;
using Microsoft.ML.Similarity.Relations;
using Microsoft.ML.Similarity.Trainers;
using Microsoft.ML.Similarity.Training;
using Microsoft.ML.Similarity.Training.Optimization;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Tests.Training;

/// <summary>A step that is not finite leaves nothing behind.</summary>
public sealed class StepGuardTests
{
    private const int BatchSize = 12;
    private static readonly MLContext Ml = new(seed: 1);
    private static readonly IDataView Data = TrainingData.View(Ml, TrainingData.Blobs());

    private static readonly Action<MetricLearningTrainer.Options>[] Trainings =
    [
        _ => { },
        o => (o.Optimizer, o.MaximumGradientNorm) = (new SgdOptimizer(), 1),
        o => o.Optimizer = new SgdOptimizer { Momentum = 0 },
        o => o.Optimizer = new LarsOptimizer(),
        o => (o.Optimizer, o.Loss) = (new LambOptimizer(), new ArcFaceLoss()),
        o => o.Encoder = new MlpEncoder { OutputDimension = 4, HiddenWidths = [8], BatchNorm = true, Dropout = 0.2 },
        o => o.Loss = new CrossBatchMemoryLoss { MemorySize = 20 },
        o => o.GradientCacheChunkSize = 5,
        o => o.WeightAveraging = new ExponentialMovingAverage(),
        o => o.WeightAveraging = new StochasticWeightAveraging(),
        o => o.ParameterRules = [new() { Prefix = "linear0.", FrozenEpochs = 5 }, new() { Prefix = "linear1.", LearningRateFactor = 0.5 }],
    ];

    // In the first step, and later.
    [Test]
    public void A_skipped_step_changes_nothing(
        [Range(0, 10)] int which, [Values(Poison.LossIsNaN, Poison.LossIsInfinite, Poison.GradientIsNaN)] Poison poison, [Values(1, 2)] int accumulated)
    {
        // Of accumulated batches, the first one or the last one is bad.
        int[] bad = [0, 3 * accumulated, (5 * accumulated) - 1];
        using var training = new Training(Trainings[which], batch => bad.Contains(batch) ? poison : Poison.None);
        var steps = new List<bool>();
        for (var step = 0; step < 6; step++)
        {
            var before = training.State();
            training.Step(accumulated);
            steps.Add(training.State().All(value => value.Value.SequenceEqual(before[value.Key])));
        }
        Assert.That(steps, Is.EqualTo(new[] { true, false, false, true, true, false }));
        Assert.That(training.Updates.SkippedSteps, Is.EqualTo(3));
        Assert.That(training.Statistics.Read(onlyFinite: true).Loss, Is.Not.NaN);
    }

    // The mean is that of the steps that stand, with their number.
    [Test]
    public void A_moving_average_is_that_of_the_other_steps()
    {
        Action<MetricLearningTrainer.Options> change = o => (o.WeightAveraging, o.Optimizer) = (new ExponentialMovingAverage { Decay = 0.4 }, new SgdOptimizer { Momentum = 0 });
        using var training = new Training(change, batch => batch is 0 or 3 ? Poison.LossIsNaN : Poison.None);
        double[]? mean = null;
        for (var (step, taken) = (0, 0); step < 8; step++)
        {
            training.Step(1);
            if (step is not (0 or 3))
            {
                var share = taken == 0 ? 1 : 1 - Math.Min(0.4, (1.0 + taken) / (10 + taken));
                double[] now = [.. training.State()["average.values"]];
                mean = [.. now.Select((value, i) => (mean is null ? 0 : mean[i]) + share * (value - (mean is null ? 0 : mean[i])))];
                taken++;
            }
            if (mean is not null)
                Assert.That(training.State()["average.means.0"], Is.EqualTo(mean).Within(1e-6), $"step {step}");
        }
    }

    [Test]
    public void Steps_that_are_finite_are_those_of_a_training_without_it([Range(0, 10)] int which)
    {
        using var guarded = new Training(Trainings[which], _ => Poison.None);
        using var plain = new Training(o =>
        {
            Trainings[which](o);
            o.SkipNonFiniteSteps = false;
        }, _ => Poison.None);
        for (var step = 0; step < 4; step++)
        {
            guarded.Step(1);
            plain.Step(1);
        }
        Assert.That(guarded.State(), Is.EqualTo(plain.State()));
        Assert.That((guarded.Updates.SkippedSteps, plain.Updates.SkippedSteps), Is.EqualTo(((long?)0, (long?)null)));
    }

    [Test]
    public void No_memory_is_left_behind()
    {
        Run();
        var live = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        Run();
        Assert.That(DisposeScopeManager.Statistics.ThreadTotalLiveCount, Is.EqualTo(live));

        static void Run()
        {
            using var training = new Training(o => o.WeightAveraging = new ExponentialMovingAverage(), batch => batch == 1 ? Poison.LossIsNaN : Poison.None);
            training.Step(1);
            var live = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
            training.Step(1);
            training.Step(1);
            Assert.That(DisposeScopeManager.Statistics.ThreadTotalLiveCount, Is.EqualTo(live));
        }
    }

    /// <summary>A training whose steps are made one by one.</summary>
    private sealed class Training : IDisposable
    {
        private readonly TrainingRun _run;
        private readonly TrainingSet _set;
        private readonly LabeledObjective _objective;
        private readonly Generator _generator = new(3, CPU);
        private readonly EncoderModule _encoder;
        private readonly nn.Module _loss;
        private readonly TrainingStep _step;
        private int _steps;

        public Training(Action<MetricLearningTrainer.Options> change, Func<int, Poison> poison)
        {
            var options = Fast.Options(o => o.SkipNonFiniteSteps = true);
            change(options);
            options.Loss = new PoisonedLoss(options.Loss, poison);
            var settings = options.Check();
            _run = new TrainingRun(Ml, "Test", settings);
            _set = TrainingSetReader.Read(Data, new LabeledColumns("Label", "Features", null, null, new SameLabel()), null, _run);
            _objective = new LabeledObjective(_set, [.. Enumerable.Range(0, _set.Count)], options.Loss, null, options.Sampler, 0);
            using var scope = NewDisposeScope();
            _encoder = settings.Encoder.CreateModule(6, _generator);
            _encoder.Randomness = _generator;
            _encoder.train();
            _loss = _objective.CreateLoss(settings.Encoder, _generator, CPU);
            Updates = new WeightUpdates(settings, _encoder, _loss, 1);
            Updates.BeginEpoch(1);
            Statistics = new BatchStatistics(CPU);
            Statistics.Begin(0);
            _step = new TrainingStep(_objective, _encoder, null, Updates, Statistics, settings);
        }

        public WeightUpdates Updates { get; }

        public BatchStatistics Statistics { get; }

        public void Step(int batches)
        {
            // Rows of all classes.
            int[] examples = [.. Enumerable.Range(0, batches * BatchSize).Select(i => (7 * _steps + i) % _set.Count)];
            _step.Run(examples, BatchSize, 0.01, null);
            _steps++;
            Updates.Average(_steps / 10.0, endsEpoch: false);
        }

        /// <summary>All that the next step depends on, but for random numbers and how many steps were skipped.</summary>
        public Dictionary<string, double[]> State()
        {
            using var scope = NewDisposeScope();
            return _encoder.state_dict().Concat(_loss.state_dict()).Concat(Updates.State)
                .Where(entry => entry.Key is not ("skipped" or "average.taken"))
                .Append(KeyValuePair.Create("average.values", cat([.. Groups().Select(values => values.flatten())])))
                .ToDictionary(entry => entry.Key, entry => entry.Value.detach().to(ScalarType.Float64).data<double>().ToArray());
        }

        public void Dispose()
        {
            _step.Dispose();
            Updates.Dispose();
            Statistics.Dispose();
            _encoder.Dispose();
            _objective.Dispose();
            _set.Dispose();
            _run.Dispose();
            _generator.Dispose();
        }

        // The weights in the order of the first group.
        private IEnumerable<Tensor> Groups() => _encoder.named_parameters().Where(entry => entry.name.EndsWith("weight", StringComparison.Ordinal)).Select(entry => entry.parameter.detach());
    }
}
