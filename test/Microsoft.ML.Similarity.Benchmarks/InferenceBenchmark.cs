using System.Diagnostics;
using System.Text.Json.Nodes;
using Microsoft.ML.Data;

namespace Microsoft.ML.Similarity.Benchmarks;

/// <summary>How fast an MLP 128-64-32 embeds the rows of a cached view, and single rows.</summary>
internal sealed class InferenceBenchmark : IBenchmark
{
    private const int Dimension = 128;
    private const int HiddenWidth = 64;
    private const int OutputDimension = 32;
    private const int Rows = 300_000;
    private const int Predictions = 500_000;
    private const int Rounds = 5;

    public string Name => "inference";

    public string Usage => "";

    public int? ArgumentCount => 0;

    public IReadOnlyDictionary<string, bool> Options { get; } = new Dictionary<string, bool>();

    public void Run(CommandLine command, Report report)
    {
        var ml = command.CreateContext();
        var rows = Generate(command.Seed);
        report.Progress("training");
        using var model = BenchmarkTrainers.Quick(ml, [HiddenWidth], OutputDimension).Fit(ml.Data.LoadFromEnumerable(rows[..1024]));

        report.Progress("caching");
        var data = ml.Data.Cache(ml.Data.LoadFromEnumerable(Enumerable.Range(0, Rows).Select(i => rows[i % rows.Length])), "Features");
        var embedded = model.Transform(data);
        foreach (var cursors in new[] { 1, Environment.ProcessorCount }.Distinct())
        {
            var read = Best(report, $"reading, {cursors} cursors", Rows, () => Read(data, "Features", cursors));
            var (rate, seconds) = Best(report, $"embedding, {cursors} cursors", Rows, () => Read(embedded, "Embedding", cursors));
            report.Result("rows/s", rate, seconds, Settings(("rows", Rows), ("cursors", cursors)), "reading the cached features only", read.Rate);
        }

        var engine = ml.Model.CreatePredictionEngine<Row, Prediction>(model);
        var predictions = Best(report, "single predictions", Predictions, () =>
        {
            var output = new Prediction();
            for (var i = 0; i < Predictions; i++)
                engine.Predict(rows[i % rows.Length], ref output);
        });
        report.Result("predictions/s", predictions.Rate, predictions.Seconds, Settings(("predictions", Predictions)));

        JsonObject Settings(params ReadOnlySpan<(string Key, int Value)> own)
        {
            var settings = new JsonObject { ["network"] = $"{Dimension}-{HiddenWidth}-{OutputDimension}" };
            foreach (var (key, value) in own)
                settings.Add(key, value);
            settings.Add("processors", Environment.ProcessorCount);
            settings.Add("device", command.Device);
            return settings;
        }
    }

    // The best round: what else the machine does only ever slows it down. The first one is not counted.
    private static (double Rate, double Seconds) Best(Report report, string what, int count, Action action)
    {
        action();
        var best = double.PositiveInfinity;
        for (var round = 0; round < Rounds; round++)
        {
            var clock = Stopwatch.StartNew();
            action();
            best = Math.Min(best, clock.Elapsed.TotalSeconds);
        }
        report.Progress($"{what}: {count / best:F0} a second");
        return (count / best, best);
    }

    private static void Read(IDataView view, string name, int cursors)
    {
        var column = view.Schema[name];
        var set = cursors == 1 ? [view.GetRowCursor([column])] : view.GetRowCursorSet([column], cursors);
        var counts = new int[set.Length];
        Parallel.For(0, set.Length, new ParallelOptions { MaxDegreeOfParallelism = set.Length }, i =>
        {
            using var cursor = set[i];
            var getter = cursor.GetGetter<VBuffer<float>>(column);
            VBuffer<float> value = default;
            while (cursor.MoveNext())
            {
                getter(ref value);
                counts[i]++;
            }
        });
        if (counts.Sum() != Rows)
            throw new InvalidOperationException($"{counts.Sum()} of {Rows} rows were read.");
    }

    private static Row[] Generate(int seed)
    {
        var random = new Random(seed);
        var rows = new Row[4096];
        for (var i = 0; i < rows.Length; i++)
        {
            var features = new float[Dimension];
            foreach (ref var feature in features.AsSpan())
                feature = random.NextSingle() - 0.5f;
            rows[i] = new() { Label = i % 8, Features = features };
        }
        return rows;
    }

    private sealed class Row
    {
        public int Label { get; set; }

        [VectorType(Dimension)]
        public float[] Features { get; set; } = [];
    }

    private sealed class Prediction
    {
        [VectorType(OutputDimension)]
        public float[] Embedding { get; set; } = [];
    }
}
