using System.Diagnostics;
using System.Text.Json.Nodes;
using Microsoft.ML.Similarity.Losses;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Benchmarks;

/// <summary>Losses alone, forward and backward, on random embeddings: time and memory.</summary>
internal sealed class LossesBenchmark : IBenchmark
{
    private const int Dimension = 128;
    private const int Steps = 10;

    private static readonly (string Name, int Rows, int RowsPerClass, Loss Loss)[] WorkLoads =
    [
        ("triplets-all-4096", 4096, 64, new TripletLoss { Margin = 0.2 }),
        ("supcon-1024", 1024, 4, new SupConLoss()),
        ("supcon-8192", 8192, 4, new SupConLoss()),
        ("ntxent-1024", 1024, 2, new NTXentLoss { Temperature = 0.5 }),
        ("ntxent-8192", 8192, 2, new NTXentLoss { Temperature = 0.5 }),
    ];

    public string Name => "losses";

    public string Usage => "";

    public int? ArgumentCount => 0;

    public IReadOnlyDictionary<string, bool> Options { get; } = new Dictionary<string, bool>();

    public void Run(CommandLine command, Report report)
    {
        var device = command.TorchDevice;
        foreach (var (name, rows, rowsPerClass, loss) in WorkLoads)
        {
            report.Progress(name);
            using var scope = NewDisposeScope();
            using var generator = new Generator((ulong)command.Seed, CPU);
            using var module = loss.CreateModule();
            var embeddings = randn(rows, Dimension, generator: generator).to(device).requires_grad_();
            var labels = arange(rows).div(rowsPerClass, RoundingMode.floor).to(ScalarType.Int64).to(device);
            var before = PeakMemory.Read(command);
            Step(module, embeddings, labels);
            var clock = Stopwatch.StartNew();
            for (var i = 0; i < Steps; i++)
                Step(module, embeddings, labels);
            var seconds = clock.Elapsed.TotalSeconds;
            var settings = new JsonObject
            {
                ["workload"] = name,
                ["rows"] = rows,
                ["dimension"] = Dimension,
                ["peakMemoryGrowthMiB"] = Math.Round(Math.Max(0, PeakMemory.Read(command) - before), 1),
                ["device"] = command.Device,
            };
            report.Result("ms a step", seconds * 1000 / Steps, seconds, settings);
        }
    }

    private static void Step(LossModule module, Tensor embeddings, Tensor labels)
    {
        using var scope = NewDisposeScope();
        embeddings.grad = null;
        var loss = module.call(new EmbeddedBatch(embeddings, Relation.FromLabels(labels)), null);
        loss.Value.backward();
        // Reading the gradient waits for the device.
        embeddings.grad!.sum().to(ScalarType.Float64).cpu().item<double>();
    }
}
