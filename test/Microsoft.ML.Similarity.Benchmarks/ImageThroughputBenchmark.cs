using System.Diagnostics;
using System.Text.Json.Nodes;
using Microsoft.ML.Data;
using Microsoft.ML.Similarity.Encoders;
using Microsoft.ML.Similarity.Images;
using Microsoft.ML.Similarity.Trainers;
using Microsoft.ML.Similarity.Training;

namespace Microsoft.ML.Similarity.Benchmarks;

/// <summary>How fast files of pictures are decoded, by one thread and by all; how much memory each takes kept either way; how fast they are trained on.</summary>
internal sealed class ImageThroughputBenchmark : IBenchmark
{
    private const int Pictures = 256;
    private const int Copies = 4;
    private const int Rounds = 3;
    private const int Epochs = 4;

    public string Name => "image-throughput";

    public string Usage => "";

    public int? ArgumentCount => 0;

    public IReadOnlyDictionary<string, bool> Options { get; } = new Dictionary<string, bool>();

    public void Run(CommandLine command, Report report)
    {
        Measure("jpg", 112, 112, new(3, 112, 112), trains: true);
        Measure("png", 112, 112, new(3, 112, 112), trains: true);
        Measure("jpg", 500, 375, new(3, 224, 224), trains: false);

        void Measure(string format, int width, int height, ImageShape shape, bool trains)
        {
            report.Progress($"{format} of {width} × {height}");
            var files = Draw(command.Seed, format, width, height);
            var settings = new JsonObject { ["format"] = format, ["width"] = width, ["height"] = height, ["encoder"] = $"{shape}", ["processors"] = Environment.ProcessorCount };
            foreach (var threads in new[] { 1, Environment.ProcessorCount }.Distinct())
            {
                var seconds = Decode(files, shape, threads);
                report.Result("decoded/s", Pictures * Copies / seconds, seconds, With(settings, "threads", threads));
            }
            report.Result("bytes of a picture", shape.Length, 0, With(settings, "storage", $"{ImageStorage.Decoded}"), "as floats", shape.Length * sizeof(float));
            report.Result("bytes of a picture", files.Average(file => file.Length), 0, With(settings, "storage", $"{ImageStorage.Encoded}"), "as floats", shape.Length * sizeof(float));
            if (!trains)
                return;
            foreach (var storage in Enum.GetValues<ImageStorage>())
            {
                var (reading, training) = Train(command, files, shape, storage);
                report.Result("read/s", Pictures * Copies / reading, reading, With(settings, "storage", $"{storage}"));
                report.Result("trained/s", (Epochs - 1) * Pictures * Copies / training, training, With(settings, "storage", $"{storage}"));
            }
        }
    }

    private static JsonObject With(JsonObject settings, string key, JsonNode value) => new(settings.Select(entry => KeyValuePair.Create(entry.Key, entry.Value?.DeepClone())).Append(KeyValuePair.Create<string, JsonNode?>(key, value)));

    // Waves of colour under a little noise, as hard to compress as a photograph.
    private static byte[][] Draw(int seed, string format, int width, int height)
    {
        var random = new Random(seed);
        var path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.{format}");
        try
        {
            return [.. Enumerable.Range(0, Pictures).Select(_ =>
            {
                var (across, down) = (random.NextDouble() * 0.1, random.NextDouble() * 0.1);
                byte[] pixels = [.. Enumerable.Range(0, width * height * 4).Select(i => i % 4 == 3
                    ? byte.MaxValue
                    : (byte)(120 + 100 * Math.Sin(across * (i / 4 % width) + down * (i / 4 / width) + i % 4) + random.Next(24)))];
                using var image = MLImage.CreateFromPixels(width, height, MLPixelFormat.Rgba32, pixels);
                image.Save(path);
                return File.ReadAllBytes(path);
            })];
        }
        finally
        {
            File.Delete(path);
        }
    }

    // The best round: what else the machine does only ever slows it down.
    private static double Decode(byte[][] files, ImageShape shape, int threads)
    {
        var decoder = new PictureDecoder(shape);
        var pixels = new byte[files.Length][];
        var best = double.PositiveInfinity;
        for (var round = 0; round < Rounds; round++)
        {
            var clock = Stopwatch.StartNew();
            Parallel.For(0, files.Length * Copies, new ParallelOptions { MaxDegreeOfParallelism = threads }, i =>
            {
                if (!decoder.TryDecode(files[i % files.Length], pixels[i % files.Length] ??= new byte[shape.Length]))
                    throw new InvalidOperationException("A picture cannot be decoded.");
            });
            best = Math.Min(best, clock.Elapsed.TotalSeconds);
        }
        return best;
    }

    private static (double Reading, double Training) Train(CommandLine command, byte[][] files, ImageShape shape, ImageStorage storage)
    {
        var ml = command.CreateContext();
        var reading = TimeSpan.Zero;
        var epochs = new List<TimeSpan>();
        var rows = Enumerable.Range(0, files.Length * Copies).Select(i => new Row { Label = i % 16, Features = files[i % files.Length] });
        using var model = ml.Similarity.Trainers.MetricLearning(new MetricLearningTrainer.Options
        {
            Encoder = new ConvNetEncoder { Image = shape, Widths = [8, 8, 8, 8] },
            ImageStorage = storage,
            BatchSize = 64,
            MaximumNumberOfEpochs = Epochs,
            ValidationFraction = 0,
            ReadingProgress = new Receiver<ReadingProgress>(progress => reading = progress.Elapsed),
            Progress = new Receiver<TrainingProgress>(progress =>
            {
                if (progress.Step == progress.StepsInEpoch)
                    epochs.Add(progress.Elapsed);
            }),
        }).Fit(ml.Data.LoadFromEnumerable(rows));
        return (reading.TotalSeconds, (epochs[^1] - epochs[0]).TotalSeconds);
    }

    private sealed class Receiver<T>(Action<T> report) : IProgress<T>
    {
        public void Report(T value) => report(value);
    }

    private sealed class Row
    {
        public int Label { get; set; }

        public byte[] Features { get; set; } = [];
    }
}
