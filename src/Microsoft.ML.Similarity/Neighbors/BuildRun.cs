using System.Globalization;
using Microsoft.ML.Runtime;
using Microsoft.ML.Similarity.Interop;
using Microsoft.ML.Similarity.Neighbors.Index;

namespace Microsoft.ML.Similarity.Neighbors;

/// <summary>One reading of reference rows and making of their index: who hears of it, and who may end it.</summary>
internal sealed class BuildRun : IProgress<NeighborIndexProgress>, IDisposable
{
    // ML.NET's cancellation can only be asked for.
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    private readonly IHost _host;
    private readonly IProgress<NeighborIndexProgress>? _progress;
    private readonly CancellationTokenSource _source;
    private readonly Timer _timer;
    private readonly IProgressChannel _channel;
    private double _share;

    /// <param name="environment">The trainer's.</param>
    /// <param name="progress">Hears of it, beside the log; or null.</param>
    /// <param name="cancellation">Ends it.</param>
    public BuildRun(IHostEnvironment environment, IProgress<NeighborIndexProgress>? progress = null, CancellationToken cancellation = default)
    {
        _host = environment.Register("KNearestNeighbors");
        _progress = progress;
        _source = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Log = _host.Start("Making an index of reference rows");
        _channel = _host.StartProgressChannel("Making an index of reference rows");
        _channel.SetHeader(new ProgressHeader("stage"), entry => entry.SetProgress(0, Volatile.Read(ref _share), 1));
        _timer = new Timer(_ => Look(), null, Interval, Interval);
    }

    /// <summary>Where log lines go.</summary>
    public IChannel Log { get; }

    /// <summary>Cancelled by the caller's token or by the environment.</summary>
    public CancellationToken Cancellation => _source.Token;

    void IProgress<NeighborIndexProgress>.Report(NeighborIndexProgress value)
    {
        Volatile.Write(ref _share, value.Share);
        if (value.IsFinished)
            Log.Info(MessageSensitivity.None, string.Create(CultureInfo.InvariantCulture, $"{value.Stage}: done after {value.Elapsed.TotalSeconds:F1} s."));
        _progress?.Report(value);
    }

    public void Dispose()
    {
        using (var idle = new ManualResetEvent(false))
        {
            if (_timer.Dispose(idle))
                idle.WaitOne();
        }
        _channel.Dispose();
        Log.Dispose();
        _source.Dispose();
    }

    private void Look()
    {
        if (_host.IsCancelled())
            _source.Cancel();
    }
}
