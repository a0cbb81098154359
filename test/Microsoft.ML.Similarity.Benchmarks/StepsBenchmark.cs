using System.Diagnostics;
using System.Text.Json.Nodes;
using Microsoft.ML.Runtime;
using Microsoft.ML.Similarity.Augmentation;
using Microsoft.ML.Similarity.Encoders;
using Microsoft.ML.Similarity.Losses;
using Microsoft.ML.Similarity.Miners;
using Microsoft.ML.Similarity.Trainers;
using Microsoft.ML.Similarity.Training;
using Microsoft.ML.Similarity.Training.Optimization;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Benchmarks;

/// <summary>The time of a training step on fixed work loads, the same as those of PyTorch scripts; <c>-supcon</c> is with their supervised-contrastive loss.</summary>
internal sealed class StepsBenchmark : IBenchmark
{
    private const int WarmUp = 12;

    private static readonly ImageShape Small = new(3, 32, 32);
    private static readonly ImageShape Grey = new(1, 56, 56);
    private static readonly ImageShape Large = new(3, 112, 112);
    private static readonly SupConLoss SupCon = new();

    private static readonly WorkLoad[] WorkLoads =
    [
        new("mlp", new MlpEncoder { HiddenWidths = [512], OutputDimension = 128, LinearShortcut = false, StandardizeInputs = false, L2Normalize = false }, 128, 64, 4, SupCon),
        new("conv4", new ConvNetEncoder { Image = Grey, OutputDimension = 128, StandardizeInputs = false, L2Normalize = false }, Grey.Length, 32, 4, new TripletLoss { Margin = 0.2 })
        {
            Miner = new BatchHardMiner(),
            Augmentation = new RandomAffine { Degrees = 15, Translate = 0.05, Scale = 0.2, Shear = 0.2 },
        },
        new("conv4-supcon", new ConvNetEncoder { Image = Grey, OutputDimension = 128, StandardizeInputs = false, L2Normalize = false }, Grey.Length, 32, 4, SupCon),
        new("resnet18", new ResNetEncoder { Image = Large, OutputDimension = 128, StandardizeInputs = false, L2Normalize = false }, Large.Length, 64, 4, new MultiSimilarityLoss { Alpha = 2, Beta = 50, Base = 0.5 })
        {
            Miner = new MultiSimilarityMiner { Epsilon = 0.1 },
        },
        new("resnet18-supcon", new ResNetEncoder { Image = Large, OutputDimension = 128, StandardizeInputs = false, L2Normalize = false }, Large.Length, 64, 4, SupCon),
        new("simclr", SimClr, Small.Length, 512, 2, new NTXentLoss { Temperature = 0.5 }),
        new("simclr-supcon", SimClr, Small.Length, 512, 2, SupCon),
    ];

    private static ResNetEncoder SimClr => new()
    {
        Image = Small,
        SmallImages = true,
        ProjectionWidths = [512],
        OutputDimension = 128,
        StandardizeInputs = false,
        L2Normalize = false,
    };

    public string Name => "steps";

    public string Usage => "[--workload NAME] [--steps N]";

    public int ArgumentCount => 0;

    public IReadOnlyDictionary<string, bool> Options { get; } = new Dictionary<string, bool> { ["--workload"] = true, ["--steps"] = true };

    public void Run(CommandLine command, Report report)
    {
        var device = command.GpuDeviceId is { } id ? new Device(DeviceType.CUDA, id) : CPU;
        InitializeDeviceType(device.type);
        // As the scripts have it.
        backends.cuda.matmul.allow_tf32 = true;
        backends.cudnn.allow_tf32 = true;
        var steps = command.Number("--steps", least: 1) ?? (device.type == DeviceType.CUDA ? 100 : 5);
        var only = command.Text("--workload");
        foreach (var load in WorkLoads.Where(load => only is null || load.Name == only))
        {
            report.Progress(load.Name);
            var before = PeakMemory.Read(command);
            var milliseconds = Measure(load, device, command.Seed, steps);
            report.Result("ms a step", milliseconds, milliseconds * steps / 1000, new JsonObject
            {
                ["workload"] = load.Name,
                ["device"] = command.Device,
                ["msPerStep"] = Math.Round(milliseconds, 3),
                ["peakMemoryGrowthMiB"] = Math.Round(Math.Max(0, PeakMemory.Read(command) - before)),
                ["tf32"] = true,
            });
        }
    }

    private static double Measure(WorkLoad load, Device device, int seed, int steps)
    {
        var settings = new MetricLearningTrainer.Options { Encoder = load.Encoder, Loss = load.Loss }.Check();
        using var scope = NewDisposeScope();
        using var generator = new Generator((ulong)seed, CPU);
        using var encoder = load.Encoder.CreateModule(load.Features, generator);
        using var objective = new OneBatch(load, device, generator);
        var loss = objective.CreateLoss(load.Encoder, generator, device);
        encoder.to(device);
        encoder.train();
        using var augmenter = load.Augmentation is null ? null : new Augmenter(load.Augmentation, ((ImageEncoder)load.Encoder).Image, seed);
        using var updates = new WeightUpdates(settings, encoder, loss, 1);
        using var statistics = new BatchStatistics(device);
        using var step = new TrainingStep(objective, encoder, augmenter, updates, statistics, settings);
        int[] examples = [.. Enumerable.Range(0, objective.Count)];
        for (var i = 0; i < Math.Min(WarmUp, steps); i++)
            Step();
        statistics.Read();
        var clock = Stopwatch.StartNew();
        for (var i = 0; i < steps; i++)
            Step();
        // Reading waits for the device.
        statistics.Read();
        return clock.Elapsed.TotalMilliseconds / steps;

        void Step() => step.Run(examples, examples.Length, settings.LearningRate, feed: null);
    }

    private sealed record WorkLoad(string Name, Encoder Encoder, int Features, int Classes, int RowsPerClass, Loss Loss)
    {
        public Miner? Miner { get; init; }

        public ImageAugmentation? Augmentation { get; init; }
    }

    /// <summary>One batch of random rows, again and again.</summary>
    private sealed class OneBatch(WorkLoad load, Device device, Generator generator) : Objective(new OneStore(load, device, generator))
    {
        private readonly Tensor _labels = arange(load.Classes).repeat_interleave(load.RowsPerClass).to(device);
        private Loss? _declaration;
        private LossModule? _loss;

        public override int[] Rows { get; } = [.. Enumerable.Range(0, load.Classes * load.RowsPerClass)];

        public override int Count => Rows.Length;

        public override IEnumerable<KeyValuePair<string, string>> Description => [];

        public override nn.Module CreateLoss(Encoder encoder, Generator generator, Device device, LossState? previous = null, IChannel? channel = null)
        {
            _declaration = load.Loss.Resolve(encoder.L2Normalize);
            return _loss = _declaration.CreateModule(new LossContext(encoder.OutputDimension, load.Classes, generator));
        }

        public override int[] Epoch(int batchSize, int seed) => Rows;

        public override int[] RowsOf(ReadOnlySpan<int> examples) => Rows;

        public override Tensor RowsAt(Tensor examples) => examples;

        public override bool IsOnDevice => true;

        public override BatchLoss Loss(Tensor embeddings, in TrainingBatch examples)
        {
            var batch = new EmbeddedBatch(embeddings, Relation.FromLabels(_labels.index_select(0, examples.Index)));
            var loss = _loss!.call(batch, load.Miner?.Mine(batch));
            return new(loss, batch.Distances(_declaration!.DistanceOrDefault), batch.Relation.Positives, batch.Relation.Negatives);
        }

        public override void Dispose()
        {
            _loss?.Dispose();
            _labels.Dispose();
            Features.Dispose();
        }
    }

    private sealed class OneStore(WorkLoad load, Device device, Generator generator) : FeatureStore
    {
        private readonly Tensor _rows = randn(load.Classes * load.RowsPerClass, load.Features, generator: generator).to(device);

        public override int Count => load.Classes * load.RowsPerClass;

        public override int Dimension => load.Features;

        public override bool IsOnDevice => true;

        public override Tensor[] Fetch(ReadOnlySpan<int> rows) => [TrainingBatch.IndexOf(rows.ToArray())];

        public override Tensor Upload(Tensor[] fetched) => GatherAt(fetched[0].to(device));

        public override Tensor GatherAt(Tensor rows) => _rows.index_select(0, rows);

        public override void Dispose() => _rows.Dispose();
    }
}
