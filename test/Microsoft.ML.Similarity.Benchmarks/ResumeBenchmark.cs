using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Similarity.Embedding;
using Microsoft.ML.Similarity.Encoders;
using Microsoft.ML.Similarity.Losses;
using Microsoft.ML.Similarity.Trainers;

namespace Microsoft.ML.Similarity.Benchmarks;

/// <summary>Trains in a process that is killed at random moments and started again, and compares the weights with those of a training left alone.</summary>
internal sealed class ResumeBenchmark : IBenchmark
{
    private const int Dimension = 16;
    private const int DefaultKills = 20;
    private const int DefaultEpochs = 300;
    private static readonly TimeSpan MostAfterProgress = TimeSpan.FromMilliseconds(100);

    public string Name => "resume";

    public string Usage => "[--kills N] [--epochs N] [--folder FOLDER: trains once, with checkpoints there]";

    public int? ArgumentCount => 0;

    public IReadOnlyDictionary<string, bool> Options { get; } = new Dictionary<string, bool> { ["--kills"] = true, ["--epochs"] = true, ["--folder"] = true };

    public void Run(CommandLine command, Report report)
    {
        var epochs = command.Number("--epochs", least: 1) ?? DefaultEpochs;
        var clock = Stopwatch.StartNew();
        if (command.Text("--folder") is { } folder)
        {
            var weights = Train(command, report, epochs, folder);
            report.Result("trained", 1, clock.Elapsed.TotalSeconds, new JsonObject { ["weights"] = weights });
            return;
        }
        var kills = command.Number("--kills", least: 0) ?? DefaultKills;
        var work = Directory.CreateTempSubdirectory("resume-");
        try
        {
            var expected = Complete(command, epochs, Path.Combine(work.FullName, "alone"));
            report.Progress($"left alone: {clock.Elapsed.TotalSeconds:F1} s, weights {expected}");
            var random = new Random(command.Seed);
            var interrupted = Directory.CreateDirectory(Path.Combine(work.FullName, "killed")).FullName;
            var whileTraining = 0;
            for (var kill = 1; kill <= kills; kill++)
            {
                using var process = OwnProcess.Start(Arguments(command, epochs, interrupted));
                // A pipe that nobody reads would stop it.
                process.BeginErrorReadLine();
                var ended = !WaitForProgress(process, interrupted) || process.WaitForExit(MostAfterProgress * random.NextDouble());
                process.Kill();
                process.WaitForExit();
                whileTraining += ended ? 0 : 1;
                report.Progress($"kill {kill}: {(ended ? "it had ended" : $"after {Latest(interrupted)}")}");
            }
            var actual = Complete(command, epochs, interrupted);
            report.Result("equal weights", actual == expected ? 1 : 0, clock.Elapsed.TotalSeconds, new JsonObject
            {
                ["kills"] = kills,
                ["killsWhileTraining"] = whileTraining,
                ["weights"] = actual,
                ["weightsLeftAlone"] = expected,
            });
        }
        finally
        {
            work.Delete(recursive: true);
        }
    }

    // A process that is killed before it got any further would show nothing.
    private static bool WaitForProgress(Process process, string folder)
    {
        var before = Latest(folder);
        while (Latest(folder) == before)
        {
            if (process.WaitForExit(TimeSpan.FromMilliseconds(5)))
                return false;
        }
        return true;
    }

    private static string? Latest(string folder) => Directory.GetFiles(folder, "*.sim").Select(Path.GetFileName).Max(StringComparer.Ordinal);

    private static string Complete(CommandLine command, int epochs, string folder) =>
        (string)JsonNode.Parse(OwnProcess.Complete(Arguments(command, epochs, folder)))!["weights"]!;

    private static string[] Arguments(CommandLine command, int epochs, string folder) =>
        ["resume", "--folder", folder, "--epochs", $"{epochs}", "--seed", $"{command.Seed}", "--device", command.Device];

    // With all that has a state: dropout, batch normalisation, vectors of classes, optimizer, early stopping.
    private static string Train(CommandLine command, Report report, int epochs, string folder)
    {
        var ml = command.CreateContext();
        ml.Log += (_, e) =>
        {
            if (e.Kind != ChannelMessageKind.Trace)
                report.Progress(e.Message);
        };
        var random = new Random(command.Seed);
        var centres = Enumerable.Range(0, 10).Select(_ => Vector(0, 1)).ToArray();
        var rows = Enumerable.Range(0, 1000).Select(i => new Row { Label = i % 10, Features = [.. centres[i % 10].Zip(Vector(0, 1.5f), (x, y) => x + y)] }).ToArray();
        EmbeddingTransformer model = ml.Similarity.Trainers.MetricLearning(new MetricLearningTrainer.Options
        {
            Encoder = new MlpEncoder { HiddenWidths = [64, 64], OutputDimension = 16, Dropout = 0.2, BatchNorm = true },
            Loss = new SumLoss { Terms = [new(new ArcFaceLoss()), new(new ContrastiveLoss())] },
            BatchSize = 64,
            MaximumNumberOfEpochs = epochs,
            EarlyStoppingPatience = epochs,
            CheckpointFolder = folder,
            CheckpointInterval = TimeSpan.FromMilliseconds(20),
            Seed = command.Seed,
        }).Fit(ml.Data.LoadFromEnumerable(rows));
        var bits = model.Transform(ml.Data.LoadFromEnumerable(rows)).GetColumn<float[]>("Embedding").SelectMany(row => row).ToArray();
        return Convert.ToHexString(SHA256.HashData(MemoryMarshal.AsBytes<float>(bits)).AsSpan(0, 8));

        float[] Vector(float middle, float spread) => [.. Enumerable.Range(0, Dimension).Select(_ => middle + spread * (2 * random.NextSingle() - 1))];
    }

    private sealed class Row
    {
        public int Label { get; set; }

        [VectorType(Dimension)]
        public float[] Features { get; set; } = [];
    }
}
