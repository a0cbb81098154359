using System.Buffers;
using System.Text.Json;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Similarity.Training;

/// <summary>The file that a call of Fit writes what it reports to: an object of JSON a line, as docs/training-log.md says.</summary>
/// <remarks>Each line is one write to the end of the file, so whoever reads along, or after the process was ended, finds whole lines.</remarks>
internal sealed class TrainingLog : IDisposable
{
    private readonly FileStream _file;
    private readonly IChannel _channel;
    private readonly ArrayBufferWriter<byte> _line = new();
    private bool _hasFailed;

    /// <param name="path">An existing file is continued.</param>
    /// <param name="channel">Hears if it cannot be written any more; the training goes on.</param>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    public TrainingLog(string path, IChannel channel)
    {
        _channel = channel;
        try
        {
            _file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"LogFile '{path}' cannot be written: {e.Message}", e);
        }
    }

    public void Started(string trainer, int seed, string device, bool continues) => Write("start", json =>
    {
        json.WriteString("trainer", trainer);
        json.WriteNumber("seed", seed);
        json.WriteString("device", device);
        json.WriteBoolean("continues", continues);
    });

    public void Add(ReadingProgress progress) => Write("reading", json =>
    {
        json.WriteString("table", progress.Table);
        json.WriteNumber("rowsRead", progress.RowsRead);
        Number(json, "totalRows", progress.TotalRows);
        Number(json, "rowsPerSecond", progress.RowsPerSecond);
        json.WriteBoolean("isComplete", progress.IsComplete);
        Number(json, "seconds", progress.Elapsed.TotalSeconds);
    });

    public void Add(TrainingProgress progress) => Write(progress.Step == progress.StepsInEpoch ? "epoch" : "step", json =>
    {
        json.WriteNumber("epoch", progress.Epoch);
        json.WriteNumber("maximumNumberOfEpochs", progress.MaximumNumberOfEpochs);
        json.WriteNumber("step", progress.Step);
        json.WriteNumber("stepsInEpoch", progress.StepsInEpoch);
        Number(json, "loss", progress.Loss);
        Number(json, "learningRate", progress.LearningRate);
        Number(json, "activeFraction", progress.ActiveFraction);
        Number(json, "meanPositiveDistance", progress.MeanPositiveDistance);
        Number(json, "meanNegativeDistance", progress.MeanNegativeDistance);
        Number(json, "validationMetric", progress.ValidationMetric);
        Number(json, "seconds", progress.Elapsed.TotalSeconds);
        Number(json, "secondsLeft", progress.Remaining.TotalSeconds);
    });

    /// <summary>A receiver that hears what is written, after it was.</summary>
    public IProgress<TrainingProgress> Before(IProgress<TrainingProgress>? receiver) => new Receiver(this, receiver);

    public void Dispose() => _file.Dispose();

    private void Write(string name, Action<Utf8JsonWriter> write)
    {
        if (_hasFailed)
            return;
        _line.ResetWrittenCount();
        using (var json = new Utf8JsonWriter(_line))
        {
            json.WriteStartObject();
            json.WriteString("event", name);
            json.WriteString("time", DateTime.UtcNow);
            write(json);
            json.WriteEndObject();
        }
        _line.Write("\n"u8);
        try
        {
            _file.Write(_line.WrittenSpan);
        }
        catch (IOException e)
        {
            _hasFailed = true;
            _channel.Warning(MessageSensitivity.None, "LogFile '{0}' cannot be written any more, and the training goes on without: {1}", _file.Name, e.Message);
        }
    }

    // JSON has no NaN and no infinity.
    private static void Number(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } number && double.IsFinite(number))
            json.WriteNumber(name, number);
        else
            json.WriteNull(name);
    }

    private sealed class Receiver(TrainingLog log, IProgress<TrainingProgress>? receiver) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            log.Add(value);
            receiver?.Report(value);
        }
    }
}
