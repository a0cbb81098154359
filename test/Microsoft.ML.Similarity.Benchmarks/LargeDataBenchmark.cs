using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Microsoft.ML.Data;
using Microsoft.ML.Similarity.Trainers;
using Microsoft.ML.Similarity.Training;

namespace Microsoft.ML.Similarity.Benchmarks;

/// <summary>The pace of training on rows in a file, because they outgrew their budget of memory, beside that on the same rows in memory.</summary>
internal sealed class LargeDataBenchmark : IBenchmark
{
    private const int Dimension = 128;
    private const int Classes = 1000;
    private const int DefaultRows = 1_000_000;
    private const int DefaultBudget = 1 << 26;
    private const int DefaultSteps = 2000;

    public string Name => "large-data";

    public string Usage => "[--rows N] [--budget BYTES] [--steps N]";

    public int? ArgumentCount => 0;

    public IReadOnlyDictionary<string, bool> Options { get; } = new Dictionary<string, bool> { ["--rows"] = true, ["--budget"] = true, ["--steps"] = true };

    public void Run(CommandLine command, Report report)
    {
        if (!OperatingSystem.IsLinux())
            throw new UsageException("'large-data' reads /proc, so it needs Linux.");
        var rows = command.Number("--rows", least: 2 * Classes) ?? DefaultRows;
        var budget = command.Number("--budget", least: 0) ?? DefaultBudget;
        var steps = command.Number("--steps", least: 1) ?? DefaultSteps;
        // The file first, while the process has no memory left over from the other.
        var mapped = Measure(command, report, rows, budget, steps);
        var inMemory = Measure(command, report, rows, long.MaxValue, steps);
        report.Result("ms a step from a file", mapped.Step, mapped.Seconds, Settings(mapped), "in memory", inMemory.Step);
        report.Result("peak RssAnon MiB from a file", mapped.Anonymous, mapped.Seconds, Settings(mapped), "in memory", inMemory.Anonymous);
        report.Result("share of the in-memory pace", inMemory.Step / mapped.Step, mapped.Seconds, Settings(mapped));

        JsonObject Settings(Measured of) => new()
        {
            ["rows"] = rows,
            ["dimension"] = Dimension,
            ["budget"] = budget,
            ["steps"] = of.Steps,
            ["bytesOnDisk"] = of.OnDisk,
            ["rowsReadPerSecond"] = Math.Round(of.RowsPerSecond),
            ["secondsBeforeFirstStep"] = Math.Round(of.Before, 2),
            ["device"] = command.Device,
        };
    }

    private static Measured Measure(CommandLine command, Report report, int rows, long budget, int steps)
    {
        var ml = command.CreateContext();
        using var enough = new CancellationTokenSource();
        using var memory = new AnonymousMemory();
        var (rowsPerSecond, readSeconds, onDisk) = (0.0, 0.0, 0L);
        (int Step, TimeSpan At)? first = null;
        (int Step, TimeSpan At) last = default;
        var options = new MetricLearningTrainer.Options
        {
            DataMemoryBudget = budget,
            MaximumNumberOfEpochs = 1,
            ValidationFraction = 0,
            Seed = command.Seed,
            CancellationToken = enough.Token,
            ThrowOnCancellation = true,
            ReadingProgress = new Receiver<ReadingProgress>(p =>
            {
                (rowsPerSecond, readSeconds) = (p.RowsPerSecond, p.Elapsed.TotalSeconds);
                report.Progress($"  {p.RowsRead} rows, {p.RowsPerSecond:F0} a second, {memory.Peak:F0} MiB at most");
            }),
            Progress = new Receiver<TrainingProgress>(p =>
            {
                if (first is null)
                    onDisk = BytesOnDisk();
                first ??= (p.Step, p.Elapsed);
                last = (p.Step, p.Elapsed);
                report.Progress($"  step {p.Step} of {p.StepsInEpoch} after {p.Elapsed.TotalSeconds:F1} s, {memory.Peak:F0} MiB at most");
                if (p.Step - first.Value.Step >= steps)
                    enough.Cancel();
            }),
        };
        report.Progress($"budget {budget}");
        try
        {
            ml.Similarity.Trainers.MetricLearning(options).Fit(Generate(ml, rows, command.Seed));
        }
        catch (OperationCanceledException)
        {
            // After as many steps as were wanted.
        }
        var (counted, seconds) = (last.Step - first!.Value.Step, (last.At - first.Value.At).TotalSeconds);
        if (counted == 0)
            throw new UsageException("The training was over within a second: take more --rows.");
        return new(seconds * 1000 / counted, seconds, counted, memory.Peak, onDisk, rowsPerSecond, first.Value.At.TotalSeconds - readSeconds);
    }

    // One row object for all: a view copies what it is given.
    private static IDataView Generate(MLContext ml, int rows, int seed)
    {
        return ml.Data.LoadFromEnumerable(Rows());

        IEnumerable<Row> Rows()
        {
            var random = new Random(seed);
            var row = new Row();
            for (var i = 0; i < rows; i++)
            {
                random.NextBytes(MemoryMarshal.AsBytes(row.Features.AsSpan()));
                // Random bits as numbers in [1, 2).
                foreach (ref var bits in MemoryMarshal.Cast<float, uint>(row.Features.AsSpan()))
                    bits = bits >> 9 | 0x3F800000;
                row.Label = i % Classes;
                yield return row;
            }
        }
    }

    // As mapped: "7f0000000000-7f0140000000 r--s 0 fe:00 1 /folder/similarity-1.rows (deleted)".
    private static long BytesOnDisk() => File.ReadLines("/proc/self/maps")
        .Where(line => line.Contains(".rows", StringComparison.Ordinal))
        .Select(line => line[..line.IndexOf(' ')].Split('-'))
        .Sum(ends => long.Parse(ends[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture) - long.Parse(ends[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture));

    private sealed record Measured(double Step, double Seconds, int Steps, double Anonymous, long OnDisk, double RowsPerSecond, double Before);

    private sealed class Receiver<T>(Action<T> onReport) : IProgress<T>
    {
        public void Report(T value) => onReport(value);
    }

    private sealed class Row
    {
        public int Label { get; set; }

        [VectorType(Dimension)]
        public float[] Features { get; set; } = new float[Dimension];
    }
}
