using System.Diagnostics;
using Microsoft.ML.Runtime;
using Microsoft.ML.Similarity.Encoders;
using Microsoft.ML.Similarity.Interop;
using Microsoft.ML.Similarity.Training.Checkpoints;
using Microsoft.ML.Similarity.Training.Storage;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Training;

/// <summary>One call of Fit: where it runs, who hears of it, and who may end it.</summary>
internal sealed class TrainingRun : IDisposable
{
    private readonly CancellationToken _token;
    private readonly IHost _host;
    private readonly IProgress<ReadingProgress>? _readingProgress;
    private readonly PrecisionScope? _precision;
    private readonly ConvolutionTuning? _tuning;

    /// <param name="environment">The trainer's.</param>
    /// <param name="trainer">The trainer's name, for the log.</param>
    /// <param name="settings">Its options.</param>
    /// <exception cref="IOException">The log file cannot be opened.</exception>
    /// <exception cref="InvalidOperationException">The GPU asked for is not there, or libtorch does not load.</exception>
    public TrainingRun(IHostEnvironment environment, string trainer, TrainingSettings settings)
    {
        Clock = Stopwatch.StartNew();
        _token = settings.CancellationToken;
        _host = environment.Register(trainer);
        Channel = _host.Start("Training");
        Device = Devices.Select(environment, Channel);
        if (Device.type == DeviceType.CUDA)
        {
            _precision = new PrecisionScope(settings.Precision);
            _tuning = new ConvolutionTuning();
        }
        Space = new DataSpace(settings.DataMemoryBudget ?? DataSpace.DefaultBudget, environment.TempFolder());
        Pictures = settings.Encoder.Pictures;
        ImageStorage = settings.ImageStorage;
        _readingProgress = settings.ReadingProgress;
        Checkpoints = settings.CheckpointFolder is null
            ? null
            : new CheckpointFolder(settings.CheckpointFolder, settings.CheckpointInterval, settings.CheckpointsToKeep, Channel);
        Seed = settings.Seed ?? environment.Seed() ?? Checkpoints?.Latest?.Progress.Seed ?? Random.Shared.Next();
        Log = settings.LogFile is null ? null : new TrainingLog(settings.LogFile, Channel);
        Log?.Started(trainer, Seed, Device.ToString(), settings.Previous is not null);
    }

    /// <summary>Running since Fit was called.</summary>
    public Stopwatch Clock { get; }

    /// <summary>Where log lines go.</summary>
    public IChannel Channel { get; }

    /// <summary>Where to train.</summary>
    public Device Device { get; }

    /// <summary>Where the data goes.</summary>
    public DataSpace Space { get; }

    /// <summary>The pixels that the encoder takes of pictures; null where it takes vectors only.</summary>
    public ImageShape? Pictures { get; }

    /// <summary>How pictures are kept.</summary>
    public ImageStorage ImageStorage { get; }

    /// <summary>Where checkpoints go and come from; null for none.</summary>
    public CheckpointFolder? Checkpoints { get; }

    /// <summary>Where reports are written, or null.</summary>
    public TrainingLog? Log { get; }

    /// <summary>What all random parts are derived from.</summary>
    public int Seed { get; }

    /// <summary>Whether the caller wants an end.</summary>
    public bool IsCancelled() => _token.IsCancellationRequested || _host.IsCancelled();

    /// <summary>A channel of ML.NET's for how far something is.</summary>
    public IProgressChannel StartProgress(string name) => _host.StartProgressChannel(name);

    /// <summary>Ends the writing of rows, and logs where they are if not in memory.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="count">Their number.</param>
    /// <exception cref="IOException">Their file cannot be written.</exception>
    public void Freeze(RowBytes rows, int count)
    {
        rows.Freeze();
        if (rows.IsMapped)
            Channel.Info(MessageSensitivity.None, "The features of {0} rows are in a file in '{1}': they outgrew DataMemoryBudget, {2} bytes.", count, Space.Folder, Space.Budget);
    }

    /// <summary>Tells the receiver and the log how the reading goes.</summary>
    public void Report(ReadingProgress progress)
    {
        Log?.Add(progress);
        _readingProgress?.Report(progress);
    }

    public void Dispose()
    {
        _tuning?.Dispose();
        _precision?.Dispose();
        Log?.Dispose();
        Channel.Dispose();
    }
}
