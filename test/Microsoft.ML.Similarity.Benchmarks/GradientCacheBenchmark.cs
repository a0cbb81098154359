using System.Text.Json.Nodes;
using Microsoft.ML.Data;
using Microsoft.ML.Similarity.Encoders;
using Microsoft.ML.Similarity.Trainers;

namespace Microsoft.ML.Similarity.Benchmarks;

/// <summary>Pairs in one large batch, through a large encoder: time and memory with and without gradient caching.</summary>
internal sealed class GradientCacheBenchmark : IBenchmark
{
    private const int Dimension = 128;
    private const int Epochs = 4;
    private const int DefaultPairs = 16_384;
    private const int ChunkSize = 256;

    public string Name => "gradient-cache";

    public string Usage => "[--pairs N]";

    public int? ArgumentCount => 0;

    public IReadOnlyDictionary<string, bool> Options { get; } = new Dictionary<string, bool> { ["--pairs"] = true };

    public void Run(CommandLine command, Report report)
    {
        var ml = command.CreateContext();
        var pairs = command.Number("--pairs", least: 2) ?? DefaultPairs;
        var data = Pairs(ml, pairs, command.Seed);
        // The cached one first: on a GPU memory is never given back.
        foreach (var chunkSize in new int?[] { ChunkSize, null })
        {
            report.Progress(chunkSize is null ? "at once" : $"in chunks of {chunkSize}");
            var before = PeakMemory.Read(command);
            var model = ml.Similarity.Trainers.RankedPairs(new RankedPairsTrainer.Options
            {
                Encoder = new MlpEncoder { HiddenWidths = [2048, 2048, 2048, 2048], OutputDimension = 128 },
                BatchSize = pairs,
                GradientCacheChunkSize = chunkSize,
                MaximumNumberOfEpochs = Epochs,
                ValidationFraction = 0,
                Seed = command.Seed,
            }).Fit(data);
            var settings = new JsonObject
            {
                ["pairs"] = pairs,
                ["chunkSize"] = chunkSize,
                ["peakMemoryGrowthMiB"] = Math.Round(Math.Max(0, PeakMemory.Read(command) - before), 1),
                ["losses"] = new JsonArray([.. model.Summary.Epochs.Select(epoch => JsonValue.Create(Math.Round(epoch.Loss, 5)))]),
                ["device"] = command.Device,
            };
            // The first step makes what later ones use again.
            var seconds = (model.Summary.Epochs[^1].Elapsed - model.Summary.Epochs[0].Elapsed).TotalSeconds;
            report.Result("ms a step", seconds * 1000 / (Epochs - 1), seconds, settings);
        }
    }

    // Each right row is its left row with noise.
    private static IDataView Pairs(MLContext ml, int count, int seed)
    {
        var random = new Random(seed);
        var rows = new Pair[count];
        for (var i = 0; i < count; i++)
        {
            var left = new float[Dimension];
            var right = new float[Dimension];
            for (var d = 0; d < Dimension; d++)
            {
                left[d] = random.NextSingle() - 0.5f;
                right[d] = left[d] + (random.NextSingle() - 0.5f) / 2;
            }
            rows[i] = new Pair { Left = left, Right = right };
        }
        return ml.Data.LoadFromEnumerable(rows);
    }

    private sealed class Pair
    {
        [VectorType(Dimension)]
        public float[] Left { get; set; } = [];

        [VectorType(Dimension)]
        public float[] Right { get; set; } = [];
    }
}
