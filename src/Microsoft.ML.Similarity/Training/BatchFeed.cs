using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Training;

/// <summary>
/// The rows of the batches of an epoch, in their order: each is fetched by a thread of its own while the one before it
/// is trained on.
/// </summary>
/// <remarks>
/// Dispose scopes belong to a thread, so the fetching thread also disposes what it made, once it was handed back. No more than three batches exist at a time:
/// the one in use, the one ready, and the one being fetched. What goes to a device is left to the thread that trains, whose order of work there holds.
/// </remarks>
internal sealed class BatchFeed : IDisposable
{
    private readonly BlockingCollection<Tensor[]> _ready = new(boundedCapacity: 1);
    private readonly ConcurrentQueue<Tensor[]> _used = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly Thread _thread;
    private Tensor[]? _current;
    private ExceptionDispatchInfo? _failure;

    /// <param name="features">Where the rows are.</param>
    /// <param name="count">The number of batches.</param>
    /// <param name="rowsOf">The rows of a batch, by its number; called by the fetching thread.</param>
    public BatchFeed(FeatureStore features, int count, Func<int, int[]> rowsOf)
    {
        _thread = new Thread(() => Fetch(features, count, rowsOf)) { IsBackground = true, Name = "Batches" };
        _thread.Start();
    }

    /// <summary>What <see cref="FeatureStore.Fetch"/> gave for the next batch; not to be disposed, and valid until the next call.</summary>
    /// <exception cref="InvalidOperationException">There are no more batches.</exception>
    public Tensor[] Next()
    {
        if (_current is not null)
            _used.Enqueue(_current);
        _current = null;
        if (!_ready.TryTake(out var next, Timeout.Infinite))
        {
            _failure?.Throw();
            throw new InvalidOperationException("All batches of the epoch have been used.");
        }
        return _current = next;
    }

    /// <summary>Ends the fetching, also before all batches are used.</summary>
    public void Dispose()
    {
        if (_current is not null)
            _used.Enqueue(_current);
        _current = null;
        _stop.Cancel();
        _thread.Join();
        _ready.Dispose();
        _stop.Dispose();
    }

    private void Fetch(FeatureStore features, int count, Func<int, int[]> rowsOf)
    {
        try
        {
            for (var batch = 0; batch < count; batch++)
            {
                var rows = features.Fetch(rowsOf(batch));
                try
                {
                    _ready.Add(rows, _stop.Token);
                }
                catch (OperationCanceledException)
                {
                    Dispose(rows);
                    break;
                }
                DisposeUsed();
            }
        }
        catch (Exception e)
        {
            _failure = ExceptionDispatchInfo.Capture(e);
        }
        _ready.CompleteAdding();
        _stop.Token.WaitHandle.WaitOne();
        while (_ready.TryTake(out var unused))
            Dispose(unused);
        DisposeUsed();
    }

    private void DisposeUsed()
    {
        while (_used.TryDequeue(out var rows))
            Dispose(rows);
    }

    private static void Dispose(Tensor[] rows)
    {
        foreach (var part in rows)
            part.Dispose();
    }
}
